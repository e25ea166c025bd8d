import * as z from 'zod';

const ipAddress = z.union([z.ipv4(), z.ipv6()]);
// Any alphabet: an operator may write a name as people do; underscores occur in container networks.
const letter = '\\p{L}\\p{M}\\p{N}_';
const label = `[${letter}](?:[${letter}-]{0,61}[${letter}])?`;
const hostName = z
  .string()
  .max(253)
  .regex(new RegExp(`^${label}(?:\\.${label})*\\.?$`, 'u'))
  // A name of digits and dots is an address that somebody mistyped.
  .refine((name) => !/^[\d.]+$/.test(name));

/** An address that names its interface, such as `fe80::1%eth0`. */
const scopedAddress = z.string().refine((text) => {
  const [address, scope, ...more] = text.split('%');
  return more.length === 0 && /^[\w.-]+$/.test(scope ?? '') && z.ipv6().safeParse(address).success;
});

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** Where to listen. `[::1]` is taken as `::1`. */
export const bindHost = z
  .string()
  .overwrite(withoutBrackets)
  .pipe(z.union([ipAddress, scopedAddress, hostName]));

/**
 * A name that a Host header may carry; `*.bridge.example` stands for the names below that one, `*` for any (wire
 * specification 7.4).
 */
export const trustedHost = z
  .string()
  .overwrite((host) => withoutBrackets(host).toLowerCase())
  .refine((host) => {
    const name = host.startsWith('*.') ? host.slice(2) : host;
    const isAddress = name === host && ipAddress.safeParse(host).success;
    return host === '*' || isAddress || hostName.safeParse(name).success;
  });

/** An origin as browsers send it: lower case, without a default port. A slash at its end is taken off. */
export const webOrigin = z.string().transform((text, context) => {
  const written = text.replace(/\/$/, '');
  // The URL parser forgives blanks, missing slashes, paths and user information; an origin has none of these.
  const isOrigin = /^[a-z][a-z\d+.-]*:\/\/[^\s/\\?#@*]+$/i.test(written) && URL.canParse(written);
  if (!isOrigin) {
    context.addIssue('not an origin');
    return z.NEVER;
  }
  const { protocol, host } = new URL(written);
  // Other schemes, such as those of applications with a page inside, have no `origin` here.
  return `${protocol}//${host.toLowerCase()}`;
});

export const addressOrNetwork = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

/** A secret that fits in a header: no line break, no other control character. */
export const bearerToken = z.string().refine(
  // eslint-disable-next-line no-control-regex -- control characters are what the rule is about
  (token) => token !== '' && token === token.trim() && !/[\u0000-\u001f\u007f]/.test(token),
);
