export function electronBinary(
  env: NodeJS.ProcessEnv,
  platform?: NodeJS.Platform,
  folder?: string,
): string | undefined;

export function electronVersion(folder?: string): string;

export function reasonForHeadless(world: {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  binary: string | undefined;
}): string | undefined;
