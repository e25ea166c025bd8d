import { securityHeaders } from './respond.ts';

/** The headers of an answer that browsers keep as a file, named after the moment. */
export function attachment(type: string, name: string, extension: string): Record<string, string> {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return {
    ...securityHeaders,
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${name}-${moment}.${extension}"`,
  };
}
