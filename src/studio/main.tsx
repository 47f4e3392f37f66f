import { render } from 'preact';
import { toHex } from './base/css-colour.ts';
import { readLink } from './base/link-parameters.ts';
import { openStorage } from './base/preferences.ts';
import { createPreferencesStore } from './base/preferences-store.ts';
import { StoreProvider } from './base/store-slot.tsx';
import { App } from './shell/App.tsx';
import { provideStores } from './compose/provide-stores.ts';
import { createShortcuts } from './compose/create-shortcuts.ts';
import { openFirstPicture, startStudio } from './compose/start-studio.ts';
import { createStudio } from './compose/studio.ts';

const link = readLink(location.search, {
  base: location.href,
  isColour: (value) => toHex(value) !== null,
});
const storage = openStorage();
const studio = createStudio(link, createPreferencesStore(storage), storage);
const shortcuts = createShortcuts(studio);

startStudio(studio, shortcuts);
render(
  <StoreProvider stores={provideStores(studio)}>
    <App shortcuts={shortcuts} />
  </StoreProvider>,
  document.getElementById('app')!,
);
await openFirstPicture(studio, link.parameters);
