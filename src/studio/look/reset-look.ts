import type { PageStore } from '../base/page-store.ts';
import { defaultPreferences } from '../base/preferences.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { BackgroundStore } from './background-store.ts';
import type { LookStore } from './look-store.ts';
import type { StylesStore } from './styles-store.ts';

interface ResetNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  notices: NoticesStore;
  look: LookStore;
  styles: StylesStore;
  background: BackgroundStore;
}

/**
 * Makes the picture look as on a first visit, and offers to undo that. The theme, the camera and a
 * background image of one's own stay.
 */
export function resetLook({ preferences, page, notices, look, styles, background }: ResetNeeds): void {
  const { mirrorCamera, mirrorOther, drawing } = preferences.current.value;
  const { style, region, strength, line, colour, palette, detail, quality } = look.wanted.value;
  const before = { region, strength, line, colour, palette, detail, quality };
  const restoreBackground = background.reset();
  const first = defaultPreferences();
  preferences.update({ mirrorCamera: first.mirrorCamera, mirrorOther: first.mirrorOther });
  styles.reset();
  look.change({
    region: first.region,
    strength: first.strength,
    palette: 'none',
    detail: 'auto',
    quality: 'auto',
  });
  page.announce('The look was reset');
  const undo = () => {
    preferences.update({ mirrorCamera, mirrorOther, drawing });
    look.change({ ...before, ...(style !== null && { style }) });
    restoreBackground();
    page.announce('The look is back');
  };
  notices.show({
    topic: 'look-reset',
    tone: 'info',
    title: 'The look was reset',
    text: 'Your background image is kept.',
    stays: true,
    actions: [{ label: 'Undo', run: undo }],
  });
}
