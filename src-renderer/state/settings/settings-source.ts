import type { SettingsChange, SettingsPatch, SettingsResponse } from '../../../src-shared/api/settings.ts';
import type { ApiClient } from '../../../src-shared/client/api-client.ts';
import { answered, type Application } from '../application.svelte.ts';

/** Where the settings of the relay are read and changed. Both reject with what is wrong. */
export interface SettingsSource {
  read(): Promise<SettingsResponse>;
  change(patch: SettingsPatch): Promise<SettingsChange>;
}

/** In the window the application itself, which has settings also while its relay does not run; else the relay. */
export function settingsSource(api: ApiClient, application: Application | undefined): SettingsSource {
  if (!application) return { read: () => api.settings(), change: (patch) => api.changeSettings(patch) };
  const { bridge } = application;
  return {
    read: () => answered(bridge.readSettings()),
    change: (patch) => answered(bridge.changeSettings(patch)),
  };
}
