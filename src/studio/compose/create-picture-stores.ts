import { createEffect } from '../../effect/index.ts';
import { waitForCamera } from '../../input/camera.ts';
import { listCameras, onDevicesChanged } from '../../media/devices.ts';
import { chooseFile } from '../base/choose-file.ts';
import { toHex } from '../base/css-colour.ts';
import type { LinkParameters } from '../base/link-parameters.ts';
import { loadBackgroundFile, removeBackgroundFile, saveBackgroundFile } from '../look/background-file.ts';
import { createBackgroundStore } from '../look/background-store.ts';
import { createLookStore, type LookStore } from '../look/look-store.ts';
import { createPaletteStore } from '../palette/palette-store.ts';
import { createPreviewsStore } from '../look/previews-store.ts';
import { createStylesStore, DEFAULT_STYLE, type StylesStore } from '../look/styles-store.ts';
import { createFilmStore } from '../source/film-store.ts';
import { createMirrorStore } from '../source/mirror-store.ts';
import { openSource } from '../source/open-source.ts';
import { createSourceStore } from '../source/source-store.ts';
import { CAMERA_LIST_ID } from '../source/SourceSettings.tsx';
import { createCompareStore } from '../stage/compare-store.ts';
import { createEffectStore, type LookDriver } from '../stage/effect-store.ts';
import { createOutputStore } from '../stage/output-store.ts';
import { createStageLayoutStore } from '../stage/stage-layout-store.ts';
import type { BaseStores } from './create-base-stores.ts';

interface PictureNeeds {
  isInCall: () => boolean;
  openSettings: () => void;
  onUnknownStyle: (style: string, ids: readonly string[]) => void;
}

/** The stores that make the picture: where it comes from, how it looks, and who gets it. */
export function createPictureStores(
  base: BaseStores,
  link: LinkParameters,
  { isInCall, openSettings, onUnknownStyle }: PictureNeeds,
) {
  const { preferences, page, notices } = base;
  const { look, background } = createLookStores(base, link);
  const askedByLink = link.style;
  const styles = createStylesStore({ look, preferences, page, askedByLink, onUnknownStyle });
  const source = createSourceStore({
    ...base,
    openSource,
    devices: {
      list: listCameras,
      waitFor: waitForCamera,
      onChanged: onDevicesChanged,
      permission: () => navigator.permissions.query({ name: 'camera' }),
    },
    chooseVideo: (onChosen) => {
      chooseFile('video/*', onChosen);
    },
    showCameraList: () => {
      openSettings();
      requestAnimationFrame(() => document.getElementById(CAMERA_LIST_ID)?.focus());
    },
    hidePicture: () => {
      effect.pictureShown.value = false;
    },
  });
  const effect = createEffectStore({
    page,
    notices,
    look: driveLook(look, styles),
    createEffect: (options) => createEffect({ ...options, ...(link.ep && { ep: link.ep }) }),
    isInCall,
  });
  const layout = createStageLayoutStore({ source, effect, page });
  const canStack = 'MediaStreamTrackGenerator' in self;
  return {
    look,
    background,
    styles,
    palette: createPaletteStore({ ...base, look, readColours }),
    source,
    film: createFilmStore({ preferences, page, source }),
    effect,
    layout,
    output: createOutputStore({ effect, source, notices, canStack }),
    mirror: createMirrorStore({ preferences, page, source }),
    compare: createCompareStore({ page }),
    previews: createPreviewsStore({ page, effect, source, layout, look, styles }),
  };
}

/** Few visits need it, so it is loaded by those that do. */
async function readColours(file: Blob): Promise<string> {
  const reader = await import('../palette/read-colours.ts');
  return reader.readColours(file);
}

/** What the link asks for wins over the preferences. */
function createLookStores(base: BaseStores, link: LinkParameters) {
  const background = createBackgroundStore({
    ...base,
    storage: { load: loadBackgroundFile, save: saveBackgroundFile, remove: removeBackgroundFile },
    decodeImage: async (file) => {
      (await createImageBitmap(file)).close();
    },
    toHex,
    change: (changes) => {
      look.change(changes);
    },
    apply: (changes) => {
      look.apply(changes);
    },
    askedByLink: link.background,
  });
  const preferred = base.preferences.current.value;
  const style = link.style ?? preferred.style;
  const drawn = preferred.drawing[style ?? ''];
  const look = createLookStore({
    ...base,
    background,
    initial: {
      style,
      region: link.region ?? preferred.region,
      strength: link.strength ?? preferred.strength,
      line: link.line ?? drawn?.line ?? 1,
      colour: link.colour ?? drawn?.colour ?? 1,
      palette: link.palette ?? preferred.palette,
      detail: link.detail ?? preferred.detail,
      background: background.option,
      quality: link.quality ?? 'auto',
    },
  });
  return { look, background };
}

/** A new effect lists its styles, which are taken over before its look is applied. */
function driveLook(look: LookStore, styles: StylesStore): LookDriver {
  return {
    startOptions: () => ({ style: DEFAULT_STYLE, ...look.startOptions() }),
    attach: (effect, createdWith) => {
      styles.adopt(effect.styles);
      look.attach(effect, createdWith);
    },
    detach: () => {
      look.detach();
    },
  };
}
