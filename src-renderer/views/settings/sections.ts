/** The sections of the settings, in their order, with the words of their headings. */
export const sections = {
  general: 'General',
  relay: 'The relay',
  network: 'Network',
  access: 'Access',
  tls: 'TLS',
  storage: 'Storage',
  audit: 'Audit',
  limits: 'Limits',
  application: 'Application',
} as const;

export type SectionId = keyof typeof sections;
