import { accessSync, constants, statSync } from 'node:fs';
import { pathsOf, type Place } from './place.ts';

/**
 * The file that a shell would run for `name`, or undefined. On Windows it may be a batch file, which needs `cmd` to run.
 * @param isProgram tests pass their own
 */
export function findProgram(
  name: string,
  place: Place,
  isProgram: (path: string) => boolean = isExecutable,
): string | undefined {
  const path = pathsOf(place);
  const isWindows = place.platform === 'win32';
  const endings = isWindows ? (variable(place, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';') : [''];
  return (variable(place, 'PATH') ?? '')
    .split(path.delimiter)
    .filter((directory) => path.isAbsolute(directory))
    .flatMap((directory) => endings.map((ending) => path.join(directory, name + ending.toLowerCase())))
    .find(isProgram);
}

/** Windows does not mind the case of a variable, which is `Path` there as often as not. */
function variable({ env, platform }: Place, name: string): string | undefined {
  if (platform !== 'win32') return env[name];
  const found = Object.keys(env).find((key) => key.toUpperCase() === name);
  return found === undefined ? undefined : env[found];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
