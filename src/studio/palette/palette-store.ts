import { computed, type ReadonlySignal } from '@preact/signals';
import { PortoonError } from '../../common/errors.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';

const NONE = 'none';

export interface PaletteNeeds {
  look: {
    readonly wanted: ReadonlySignal<{ palette: string }>;
    readonly change: (changes: { palette: string }) => void;
  };
  page: PageStore;
  notices: NoticesStore;
  /**
   * Finds the main colours of a picture, in the form that links have; rejects if the file is not a
   * picture.
   */
  readColours: (file: Blob) => Promise<string>;
}

/** The colours of a picture, for drawn styles. Only the colours are kept, not the picture. */
export class PaletteStore {
  /** From dark to light, in hex; empty while styles have their own. */
  readonly colours = computed(() => {
    const { palette } = this.needs.look.wanted.value;
    return palette === NONE ? [] : palette.split('-').map((hex) => `#${hex}`);
  });
  /** Counts the pictures, so that a slow one does not take the place of a later one. */
  private choices = 0;

  constructor(private readonly needs: PaletteNeeds) {}

  /** Takes the colours of a picture. A file that is not a picture changes nothing. */
  readonly choosePicture = async (file: Blob): Promise<void> => {
    const { look, page, notices, readColours } = this.needs;
    const choice = ++this.choices;
    try {
      const palette = await readColours(file);
      if (choice !== this.choices) return;
      look.change({ palette });
      page.announce('Drawn styles have the colours of the picture');
    } catch (cause) {
      const error = new PortoonError(
        'ERR_IMAGE_UNREADABLE',
        'The file cannot be read as a picture.',
        'Choose a JPEG, PNG, WebP or AVIF picture.',
        { cause },
      );
      notices.showError('palette', error);
    }
  };

  /** Gives styles their own colours back. */
  readonly remove = (): void => {
    this.choices++;
    this.needs.look.change({ palette: NONE });
    this.needs.page.announce('Drawn styles have their own colours');
  };
}

export function createPaletteStore(needs: PaletteNeeds): PaletteStore {
  return new PaletteStore(needs);
}

export const [usePalette, providePalette] = createStoreSlot<PaletteStore>('palette');
