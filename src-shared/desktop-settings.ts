import * as z from 'zod';

/** About what the desktop application tells the person in front of it. */
const notificationChoices = ['off', 'mentions', 'all'] as const;
const themes = ['system', 'light', 'dark'] as const;

/**
 * What the desktop application lets people choose, beside the settings of the relay: the key `desktop` of the settings
 * file. A choice that cannot be understood counts as its default, so that a typing error never keeps the window away.
 */
export const desktopSettings = z.object({
  /** `mentions`: addressed to the person, questions and errors for everybody, and agents that are stuck. */
  notifications: z.enum(notificationChoices).catch('mentions'),
  theme: z.enum(themes).catch('system'),
  /** Under which name the person writes and is addressed. */
  name: z.string().trim().min(1).max(128).catch('desk'),
  /** Whether the computer may not fall asleep by itself while the relay runs. */
  keepAwake: z.boolean().catch(false),
});
export type DesktopSettings = z.infer<typeof desktopSettings>;

/** Under which key of the settings file they stand. */
export const desktopSettingsKey = 'desktop';

/** A change of some of them: here a wrong value is refused. */
export const desktopSettingsChange = z
  .object({
    notifications: z.enum(notificationChoices),
    theme: z.enum(themes),
    name: z.string().trim().min(1).max(128),
    keepAwake: z.boolean(),
  })
  .partial()
  .strict();
export type DesktopSettingsChange = z.infer<typeof desktopSettingsChange>;
