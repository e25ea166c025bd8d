import type { Right } from '../../../../src-shared/access.ts';
import type { TokenRequest } from '../../../../src-shared/api/tokens.ts';

/** How long a token may last. The empty text stands for ever. */
export const lives = [
  { value: '', label: 'Until it is revoked' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
  { value: '7776000', label: '90 days' },
  { value: '31536000', label: '1 year' },
] as const;

/** A token that is being thought of. */
export class AccessDraft {
  label = $state('');
  rights = $state<Right[]>(['read', 'send']);
  /** Names and patterns, apart by commas or blanks. */
  channels = $state('');
  /** Seconds, or empty. */
  life = $state('');

  readonly patterns = $derived(this.channels.split(/[\s,]+/).filter((pattern) => pattern !== ''));

  /** Administrators are not limited to channels: what they change concerns the whole relay. */
  get request(): TokenRequest {
    const limited = this.rights.filter((right) => right !== 'admin');
    return {
      label: this.label.trim(),
      rights: [...this.rights],
      ...(this.patterns.length > 0
        ? { channels: Object.fromEntries(limited.map((right) => [right, this.patterns])) }
        : {}),
      ...(this.life === '' ? {} : { expires_in_seconds: Number(this.life) }),
    };
  }
}
