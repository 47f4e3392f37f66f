import { isBackgroundWord } from '../../effect/look.ts';
import { signal } from '@preact/signals';
import { PortoonError } from '../../common/errors.ts';
import type { PageStore } from '../base/page-store.ts';
import { defaultPreferences, type BackgroundKind } from '../base/preferences.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { BackgroundSync, LookState } from './look-store.ts';

/** Where a chosen image is kept from one visit to the next. */
interface BackgroundFileStorage {
  load: () => Promise<Blob | null>;
  save: (image: Blob) => Promise<void>;
  remove: () => Promise<void>;
}

export interface BackgroundNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  notices: NoticesStore;
  storage: BackgroundFileStorage;
  /** Rejects if a file is not an image that the browser can decode. */
  decodeImage: (file: Blob) => Promise<void>;
  /** `#rrggbb` of a CSS colour, or null. */
  toHex: (css: string) => string | null;
  /** Changes the look because a person wants it. */
  change: (changes: Pick<LookState, 'background'>) => void;
  /** Changes the look without remembering it. */
  apply: (changes: Pick<LookState, 'background'>) => void;
  /** What the link asks for, in the effect's terms. */
  askedByLink: string | undefined;
}

/** Of notices about an image file. What the effect says of the background is another topic. */
const TOPIC = 'background-image';

const IMAGE_GONE = {
  topic: TOPIC,
  tone: 'info',
  title: 'The room is blurred',
  text: 'The browser no longer has your background image. Choose it again in the settings.',
  stays: true,
} as const;

/** A chosen image that the effect has not taken yet. */
interface PendingImage {
  url: string;
  file: Blob;
  /** The image before it, to go back to. */
  before: string | null;
}

/** What is behind the person: the live room, its blur, a colour, an image or nothing. */
export class BackgroundStore implements BackgroundSync {
  readonly kind = signal<BackgroundKind>('live');
  readonly colour = signal('');
  /** URL of the chosen image, if there is one. */
  readonly image = signal<string | null>(null);
  /**
   * Whether a transparent clip is being recorded: the picture is transparent until it ends, and
   * what is chosen meanwhile shows afterwards.
   */
  readonly cutOut = signal(false);

  /** Counts chosen images. The newest wins, however long each takes to decode. */
  private choices = 0;
  private pending: PendingImage | null = null;
  /** URLs that were made here, and have to be revoked. */
  private readonly urls = new Set<string>();

  constructor(private readonly needs: BackgroundNeeds) {
    const { background, colour } = needs.preferences.current.value;
    this.kind.value = background;
    this.colour.value = colour;
    if (needs.askedByLink !== undefined) this.showOnControls(needs.askedByLink);
  }

  /**
   * The background in the effect's terms. People who chose an image do not want the room to be
   * seen: an image that is not there yet, or no longer, is a blur.
   */
  get option(): string {
    if (this.kind.value === 'colour') return this.colour.value;
    if (this.kind.value === 'image') return this.image.value ?? 'blur';
    return this.kind.value;
  }

  /** Without an image the background stays as it is until {@link chooseImage} brings one. */
  readonly choose = (kind: BackgroundKind): void => {
    if (kind === 'image' && this.image.value === null) return;
    this.kind.value = kind;
    this.needs.change({ background: this.option });
  };

  readonly chooseColour = (colour: string): void => {
    this.colour.value = colour;
    this.choose('colour');
  };

  /** Uses an image file. One that can't be decoded changes nothing. */
  readonly chooseImage = async (file: Blob): Promise<void> => {
    const choice = ++this.choices;
    if (!(await this.isImage(file)) || choice !== this.choices) return;
    const before = this.pending ? this.pending.before : this.image.value;
    this.pending = { url: this.createUrl(file), file, before };
    this.image.value = this.pending.url;
    this.needs.notices.retract(TOPIC);
    this.choose('image');
    this.needs.page.announce('Background image chosen');
  };

  /** Brings back the image of the last visit. */
  async restore(): Promise<void> {
    if (this.image.value !== null) return;
    const file = await this.needs.storage.load();
    if (!file) {
      if (this.blurInstead()) this.needs.notices.show(IMAGE_GONE);
      return;
    }
    if (!(await this.isImage(file))) {
      await this.needs.storage.remove();
      this.blurInstead();
      return;
    }
    // Meanwhile the person may have chosen another one.
    if (this.choices > 0) return;
    this.image.value = this.createUrl(file);
    if (this.kind.value === 'image') this.needs.apply({ background: this.option });
  }

  /** The image of the last visit is gone: the controls say what shows in its place. */
  private blurInstead(): boolean {
    const isMissed = this.kind.value === 'image' && this.image.value === null;
    if (isMissed) this.choose('blur');
    return isMissed;
  }

  /**
   * Back to what a first visit shows. The image is kept, and can be chosen again.
   * @returns what undoes it.
   */
  reset(): () => void {
    const { background, colour } = defaultPreferences();
    const before = { kind: this.kind.value, colour: this.colour.value };
    this.setColour(colour);
    this.choose(background);
    return () => {
      this.setColour(before.colour);
      this.choose(before.kind);
    };
  }

  private setColour(colour: string): void {
    this.needs.preferences.update({ colour });
    this.colour.value = colour;
  }

  readonly showOnControls = (background: string): void => {
    if (isBackgroundWord(background)) {
      this.kind.value = background;
      return;
    }
    const hex = this.needs.toHex(background);
    this.kind.value = hex === null ? 'image' : 'colour';
    if (hex === null) this.image.value = background;
    else this.colour.value = hex;
  };

  /** Stores the image that the effect now shows, and frees those that are not needed any more. */
  readonly onApplied = async (applied: string, wanted: string): Promise<void> => {
    const taken = this.pending?.url === applied ? this.pending : null;
    if (taken) this.pending = null;
    const needed = [applied, wanted, this.image.value, this.pending?.before];
    for (const url of this.urls) {
      if (needed.includes(url)) continue;
      URL.revokeObjectURL(url);
      this.urls.delete(url);
    }
    if (taken) await this.needs.storage.save(taken.file);
  };

  /** Takes back an image that the effect can't read. */
  readonly onRejected = (background: string, error: unknown): void => {
    if (!(error instanceof PortoonError) || error.code !== 'ERR_IMAGE_UNREADABLE') return;
    if (background === this.pending?.url) {
      this.image.value = this.pending.before;
      this.pending = null;
    } else if (background === this.image.value) {
      this.image.value = null;
      if (this.urls.has(background)) void this.needs.storage.remove();
    }
  };

  readonly remember = (applied: string): void => {
    const kind = this.kind.value;
    // Only an image that was chosen here is stored. One from the link can't be brought back.
    if (kind === 'image' && !this.urls.has(applied)) return;
    this.needs.preferences.update({
      background: kind,
      ...(kind === 'colour' && { colour: this.colour.value }),
    });
  };

  private createUrl(file: Blob): string {
    const url = URL.createObjectURL(file);
    this.urls.add(url);
    return url;
  }

  private async isImage(file: Blob): Promise<boolean> {
    try {
      await this.needs.decodeImage(file);
      return true;
    } catch (cause) {
      const error = new PortoonError(
        'ERR_IMAGE_UNREADABLE',
        'The background image can’t be opened.',
        'Choose a JPEG, PNG, WebP or AVIF image, or another background.',
        { cause },
      );
      this.needs.notices.showError(TOPIC, error);
      return false;
    }
  }
}

export function createBackgroundStore(needs: BackgroundNeeds): BackgroundStore {
  return new BackgroundStore(needs);
}

export const [useBackground, provideBackground] = createStoreSlot<BackgroundStore>('background');
