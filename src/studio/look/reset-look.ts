import type { PageStore } from '../base/page-store.ts';
import { defaultPreferences } from '../base/preferences.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import type { BackgroundStore } from './background-store.ts';
import type { LookStore } from './look-store.ts';
import type { StylesStore } from './styles-store.ts';

interface ResetNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  look: LookStore;
  styles: StylesStore;
  background: BackgroundStore;
}

/** Makes the picture look as on a first visit. The theme and the camera stay as they are. */
export async function resetLook({ preferences, page, look, styles, background }: ResetNeeds): Promise<void> {
  const { mirrorCamera, mirrorOther, region, strength } = defaultPreferences();
  preferences.update({ mirrorCamera, mirrorOther });
  styles.reset();
  look.change({ region, strength, palette: 'none', detail: 'auto', quality: 'auto' });
  page.announce('The look was reset');
  await background.reset();
}
