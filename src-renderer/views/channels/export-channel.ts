import { saveFile } from '../../components/save-file.ts';
import type { Dashboard } from '../../state/dashboard.svelte.ts';

/** Saves all messages of a channel as an export that another relay takes over (wire specification 3.16). */
export async function exportChannel({ api, notices }: Dashboard, channel: string): Promise<void> {
  try {
    const response = await api.export({ channel: [channel] });
    const name = `${channel.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.jsonl`;
    saveFile(await response.blob(), name);
    notices.done(`Exported as ${name}`, 'download');
  } catch (error) {
    notices.failed('Not exported', error);
  }
}
