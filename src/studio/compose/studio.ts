import { unknownStyleProblem, type ReadLink } from '../base/link-parameters.ts';
import { watchMediaQuery } from '../base/media-query.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createLinkNotice } from '../notices/link-notice.ts';
import { createStatisticsStore } from '../stage/statistics-store.ts';
import { createBaseStores } from './create-base-stores.ts';
import { createCallStores } from './create-call-stores.ts';
import { createPictureStores } from './create-picture-stores.ts';
import { createRecordingStores } from './create-recording-stores.ts';
import { createPanelStore } from '../shell/panel-store.ts';
import { createWindowStore } from '../shell/window-store.ts';

/** Windows that are too small for the settings beside the picture. */
const NARROW = '(max-width: 1099px), (max-height: 560px)';

/** All stores of the page. */
export type Studio = ReturnType<typeof createStudio>;

/**
 * Makes all stores and connects them. Nothing is opened or loaded before {@link startStudio}.
 * @param link - what the page's link asks for.
 */
export function createStudio(link: ReadLink, preferences: PreferencesStore, storage: Storage | null) {
  const { parameters } = link;
  const base = createBaseStores(preferences);
  const linkNotice = createLinkNotice(link, base.notices);
  const picture = createPictureStores(base, parameters, {
    isInCall: () => calls.call.isIn.value,
    openSettings: () => {
      panel.setOpen(true);
    },
    onUnknownStyle: (style, ids) => {
      linkNotice.add(unknownStyleProblem(style, ids));
    },
  });
  const calls = createCallStores(base, picture, parameters.room);
  const panel = createPanelStore({
    preferences,
    isNarrow: watchMediaQuery(matchMedia(NARROW)),
    isCalling: calls.call.isOpen,
  });
  return {
    ...base,
    ...picture,
    ...calls,
    ...createRecordingStores(base, picture, calls, { ep: parameters.ep, storage }),
    panel,
    linkNotice,
    windowStore: createWindowStore(base.notices),
    statistics: createStatisticsStore({ ...base, askedByLink: parameters.stats }),
  };
}
