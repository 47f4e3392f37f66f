/** The browser's driver. The package does not bring it: most who install it convert nothing. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What to do where `playwrightProgram` finds nothing. */
export const HOW_TO_GET_PLAYWRIGHT =
  'Install it beside portoon: npm install playwright-core (with npx: npx -p portoon -p playwright-core portoon ...)';

/** Playwright's own program; nothing where Playwright is not installed. */
export function playwrightProgram(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('playwright-core')), 'cli.js');
  } catch {
    return undefined;
  }
}
