/*
 * Stands between a process and the files of one folder (LD_PRELOAD): delays writes and syncs, lets them fail, and keeps
 * a journal of everything that reached the files, in its order. What is asked of it lies in a file that it maps into its
 * memory, so that it can be changed while the process runs. See parts/disk-shim.ts.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { OP_WRITE = 1, OP_SYNC = 2, OP_TRUNCATE = 4, OP_REMOVE = 8 };

struct control {
  /* Added to each sync, in microseconds. */
  uint32_t delay;
  /* The error with which operations of the kinds in `failing` end; 0 for none. */
  uint32_t error;
  uint32_t failing;
};

struct entry {
  uint32_t operation;
  /* 0 the database, 1 its write-ahead log. */
  uint32_t file;
  uint64_t offset;
  uint64_t length;
};

static volatile struct control *control;
static const char *prefix;
static size_t prefix_length;
static int journal = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void prepare(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_write = dlsym(RTLD_NEXT, "write");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  prefix = getenv("DISK_SHIM_DATABASE");
  const char *control_path = getenv("DISK_SHIM_CONTROL");
  const char *journal_path = getenv("DISK_SHIM_JOURNAL");
  if (!prefix || !control_path) return;
  prefix_length = strlen(prefix);
  int fd = open(control_path, O_RDWR | O_CLOEXEC);
  if (fd >= 0) {
    void *map = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED) control = map;
    close(fd);
  }
  if (journal_path) journal = open(journal_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int file_of_path(const char *path) {
  if (!prefix || strncmp(path, prefix, prefix_length) != 0) return -1;
  const char *rest = path + prefix_length;
  if (*rest == 0) return 0;
  return strcmp(rest, "-wal") == 0 ? 1 : -1;
}

static int file_of(int fd) {
  if (!control) return -1;
  char link[40], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return -1;
  path[length] = 0;
  return file_of_path(path);
}

static int fails(int operation) {
  if (control->error == 0 || (control->failing & operation) == 0) return 0;
  errno = (int)control->error;
  return 1;
}

static void note(uint32_t operation, int file, uint64_t offset, const void *data, uint64_t length) {
  if (journal < 0) return;
  struct entry entry = {operation, (uint32_t)file, offset, length};
  real_write(journal, &entry, sizeof entry);
  const char *bytes = data;
  for (uint64_t written = 0; bytes && written < length;) {
    ssize_t count = real_write(journal, bytes + written, length - written);
    if (count <= 0) break;
    written += (uint64_t)count;
  }
}

static ssize_t write_at(int fd, const void *data, size_t length, off64_t offset) {
  int file = file_of(fd);
  if (file < 0) return real_pwrite(fd, data, length, offset);
  if (fails(OP_WRITE)) return -1;
  pthread_mutex_lock(&lock);
  ssize_t result = real_pwrite(fd, data, length, offset);
  int error = errno;
  if (result > 0) note(OP_WRITE, file, (uint64_t)offset, data, (uint64_t)result);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  return write_at(fd, data, length, offset);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return write_at(fd, data, length, offset);
}

static int truncate_to(int fd, off64_t length) {
  int file = file_of(fd);
  if (file < 0) return real_ftruncate(fd, length);
  if (fails(OP_TRUNCATE)) return -1;
  pthread_mutex_lock(&lock);
  int result = real_ftruncate(fd, length);
  int error = errno;
  if (result == 0) note(OP_TRUNCATE, file, (uint64_t)length, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int ftruncate64(int fd, off64_t length) { return truncate_to(fd, length); }
int ftruncate(int fd, off_t length) { return truncate_to(fd, length); }

/* The lock is held while the disk works: what is written meanwhile was not forced to it. */
static int sync_with(int fd, int (*sync)(int)) {
  int file = file_of(fd);
  if (file < 0) return sync(fd);
  if (control->delay > 0) {
    struct timespec time = {control->delay / 1000000, (long)(control->delay % 1000000) * 1000};
    nanosleep(&time, NULL);
  }
  if (fails(OP_SYNC)) return -1;
  pthread_mutex_lock(&lock);
  int result = sync(fd);
  int error = errno;
  if (result == 0) note(OP_SYNC, file, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int fsync(int fd) { return sync_with(fd, real_fsync); }
int fdatasync(int fd) { return sync_with(fd, real_fdatasync); }

int unlink(const char *path) {
  int file = control ? file_of_path(path) : -1;
  if (file < 0) return real_unlink(path);
  pthread_mutex_lock(&lock);
  int result = real_unlink(path);
  int error = errno;
  if (result == 0) note(OP_REMOVE, file, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
