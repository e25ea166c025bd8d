import { bridgeStatusWords } from './status.ts';
import type { Session } from '../state/session.ts';
import { counted } from '../../numbers.ts';
import { clockTime } from '../../../../src-shared/shown-time.ts';
import { line, widthOf, words, type Piece } from './pieces.ts';

/** The first line: how the relay is, where, and its figures, as far as there is room. */
export function header(session: Session, columns: number): Piece[] {
  const { target, channels } = session;
  const { state } = session.news;
  const parts: Piece[][] = [
    [words('Claude Bridge', { bold: true }), words('  '), ...bridgeStatusWords(session.news)],
    line(target.url),
  ];
  if (channels.unread > 0) parts.push([words(`${channels.unread} unread`, { bold: true })]);
  if (state) {
    parts.push([words(`up ${state.uptime_human}`)]);
    parts.push([words(counted(channels.all.length, 'channel'))]);
    parts.push([
      words(
        counted(
          channels.all.reduce((sum, { count }) => sum + count, 0),
          'message',
        ),
      ),
    ]);
    if (state.open_questions > 0) parts.push([words(`${counted(state.open_questions, 'question')} open`)]);
    if (state.stuck_consumers > 0) {
      parts.push([words(`${counted(state.stuck_consumers, 'reader')} stuck`, { color: 'red' })]);
    }
    parts.push(line(`version ${state.version}`));
  }
  const pieces: Piece[] = [words(' ')];
  for (const [index, part] of parts.entries()) {
    const added = index === 0 ? part : [words('  ·  ', { dim: true }), ...part];
    // What does not fit whole is left out.
    if (index > 0 && widthOf(pieces) + widthOf(added) > columns) break;
    pieces.push(...added);
  }
  return pieces;
}

/** A line about what is not as it should be; undefined if all is well. */
export function banner(session: Session, now: number): Piece[] | undefined {
  const { link, freezer, state } = session.news;
  const zone = session.utc ? 'UTC' : undefined;
  if (link.status.kind === 'offline') {
    const { refused, sentence, since, tries, retryAt } = link.status;
    const seconds = Math.max(0, Math.ceil((retryAt - now) / 1_000));
    const next = seconds > 0 ? `next in ${seconds} s` : 'trying now';
    return [
      words(refused ? ' ✖ REFUSED ' : ' ○ OFFLINE ', { bold: true, inverse: true }),
      ...line(` since ${clockTime(since, zone)}, try ${tries}, ${next}, r tries now: ${sentence}`),
    ];
  }
  if (freezer.since !== undefined) {
    return [
      words(' ‖ FROZEN ', { bold: true, inverse: true }),
      words(
        ` since ${clockTime(freezer.since, zone)}: nothing moves. ${counted(freezer.messages, 'message')} waiting. Space goes on.`,
      ),
    ];
  }
  if (state?.paused) {
    return [
      words(' ‖ PAUSED ', { bold: true, inverse: true }),
      words(
        ` The relay hands nothing out until it is resumed; ${counted(state.held_messages, 'message')} held back.`,
      ),
    ];
  }
  return undefined;
}
