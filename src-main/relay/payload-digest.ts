import { hash } from 'node:crypto';

/**
 * What the content of a keyed send is recognised by when it is sent again (wire specification 6.5). The column that
 * holds a digest takes 64 characters, so the version is part of what is hashed.
 */
export interface PayloadDigests {
  /** Version 2, which is written: SHA-256 of `claude-bridge payload v2`, NUL and the stored content, in hex. */
  v2: string;
  /** That of 1.2.0, for keys in its files, compared but never written: SHA-256 of `text`, NUL and the content. */
  v1: string;
}

/** @param content as it is stored; for an envelope its canonical form */
export function payloadDigests(content: string): PayloadDigests {
  return {
    v2: hash('sha256', `claude-bridge payload v2\0${content}`),
    v1: hash('sha256', `text\0${content}`),
  };
}
