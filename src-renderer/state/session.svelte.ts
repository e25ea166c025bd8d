import type { Access, Right } from '../../src-shared/access.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { ChannelPatterns } from '../../src-shared/channel-patterns.ts';
import type { SessionResponse } from '../../src-shared/api/sessions.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { Notices } from './notices.svelte.ts';
import type { OtherTabs } from './other-tabs.ts';
import type { RelayLink } from './relay-link.svelte.ts';

/** What can go over the wire as a bearer token: printable ASCII without blanks. */
const bearerToken = /^[\x21-\x7e]+$/;

interface SessionParts {
  api: ApiClient;
  link: RelayLink;
  tabs: OtherTabs;
  notices: Notices;
  /** The session has ended by the wish of who was signed in: nothing of it may stay in the browser. */
  ended: () => void;
}

/** Who this browser is to the relay. */
export class Session {
  /** What it may do; undefined until the relay has said so. */
  access = $state.raw<Access>();
  /** Whether there is something to sign out of. */
  signedIn = $state(false);
  /** Signing in, or out, is under way. */
  signing = $state(false);

  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Whether the relay lets this browser do something, on `channel` if it is about one. It has the last word. */
  may(right: Right, channel?: string): boolean {
    if (!this.access) return true;
    const patterns = this.access.channels[right];
    if (!this.access.rights.includes(right)) return false;
    return channel === undefined || patterns === undefined || new ChannelPatterns(patterns).has(channel);
  }

  /** Takes over what the relay has answered to the question who this is. */
  admit({ auth_required, rights, channels }: SessionResponse): void {
    this.signedIn = auth_required;
    const access = rights && { rights, channels: channels ?? {} };
    // It is asked often, and whoever shows what depends on it fetches that anew when it changes.
    if (JSON.stringify(access) !== JSON.stringify(this.access)) this.access = access;
  }

  /** Exchanges `token` for a session that the browser keeps where no script can read it. */
  async signIn(token: string): Promise<void> {
    const { api, link, tabs } = this.#parts;
    const given = token.trim();
    if (!bearerToken.test(given)) {
      link.askToSignIn(
        given === ''
          ? 'Enter the token first.'
          : 'This is no token: it holds a blank or a special character.',
      );
      return;
    }
    this.signing = true;
    try {
      await api.signIn(given);
      tabs.say('signed-in');
      link.open();
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      link.askToSignIn(
        error.code === 'unauthorized'
          ? 'The relay does not know this token. Check that it is complete and belongs to this relay.'
          : error.message,
      );
    } finally {
      this.signing = false;
    }
  }

  /** Ends the session, here and in every other tab. */
  async signOut(): Promise<void> {
    const { api, link, tabs, notices, ended } = this.#parts;
    this.signing = true;
    // The relay would cut the stream.
    link.close();
    try {
      await api.signOut();
      ended();
      tabs.say('signed-out');
    } catch (error) {
      notices.failed('Not signed out', error);
      link.open();
    } finally {
      this.signing = false;
    }
  }

  forget(): void {
    this.signedIn = false;
    this.access = undefined;
  }
}
