import { signal } from '@preact/signals';
import type { ClipFile } from '../../record/file/folder.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { RecorderStore } from './recorder-store.ts';
import type { SavedFile } from './save-file.ts';
import type { SavedClipNames } from './saved-clip-names.ts';

/** A clip to play, save, share or discard. */
export interface Clip {
  /** The name of its file in the browser. */
  readonly name: string;
  readonly file: File;
  readonly url: string;
  /** Whether it is from an earlier visit. */
  readonly recovered: boolean;
  readonly saved: boolean;
  /** Whether it was sent to the downloads, which the person may have cancelled. */
  readonly downloaded: boolean;
  readonly saving: boolean;
  /** The name to offer when it is saved. By default that of its file. */
  readonly title?: string;
}

/** The folder in the browser that clips are written to. */
interface ClipFolder {
  /** Clips that no other tab uses, oldest first. They belong to this tab from now on. */
  claimLeft: () => Promise<ClipFile[]>;
  open: (name: string) => Promise<ClipFile | null>;
  discard: (name: string) => Promise<void>;
}

export interface ClipsNeeds {
  page: PageStore;
  notices: NoticesStore;
  recorder: Pick<RecorderStore, 'get'>;
  folder: ClipFolder;
  savedClipNames: SavedClipNames;
  /** Resolves to where the file is now; null if the person cancelled. */
  saveFile: (file: File, url: string, name: string, onStart: () => void) => Promise<SavedFile | null>;
  shareFile: (file: File, name: string) => Promise<void>;
}

/** The clips on the page, which stay in the browser until they are saved or discarded. */
export class ClipsStore {
  /** Newest first. */
  readonly clips = signal<readonly Clip[]>([]);

  constructor(private readonly needs: ClipsNeeds) {}

  /** Shows a clip that was just made. */
  async add(name: string, title?: string): Promise<void> {
    const clip = await this.needs.folder.open(name);
    if (!clip) return;
    this.show(clip, { recovered: false, ...(title !== undefined && { title }) });
    this.needs.page.announce('Clip ready');
  }

  /** Shows clips of an earlier visit that were not saved or that a crash cut off; never rejects. */
  async recover(): Promise<void> {
    const { folder, savedClipNames, notices } = this.needs;
    try {
      const saved = savedClipNames.load();
      for (const clip of await folder.claimLeft()) {
        if (saved.has(clip.name) && !clip.unfinished) await folder.discard(clip.name);
        else await this.recoverClip(clip);
      }
      savedClipNames.store([]);
    } catch (error) {
      // A browser that denies the folder has nothing to recover.
      if (!(error instanceof DOMException)) notices.showError('clips', error);
    }
  }

  private async recoverClip({ name, unfinished }: ClipFile): Promise<void> {
    if (unfinished) await (await this.needs.recorder.get()).repair(name);
    const clip = await this.needs.folder.open(name);
    if (clip) this.show(clip, { recovered: true });
  }

  private show({ name, file }: ClipFile, about: Pick<Clip, 'recovered' | 'title'>): void {
    const clip = {
      name,
      file,
      url: URL.createObjectURL(file),
      saved: false,
      downloaded: false,
      saving: false,
    };
    this.clips.value = [{ ...clip, ...about }, ...this.clips.value];
  }

  /** Saves a clip under a name that the person gave; never rejects. */
  async save(clip: Clip, title: string): Promise<void> {
    const { page, notices, savedClipNames, saveFile } = this.needs;
    try {
      const result = await saveFile(clip.file, clip.url, fileNameOf(clip, title), () => {
        this.update(clip, { saving: true });
      });
      if (result === null) return;
      // A download may have been cancelled: the clip stays until the person throws it away.
      if (result.sure) savedClipNames.store([...savedClipNames.load(), clip.name]);
      this.update(clip, result.sure ? { saved: true } : { downloaded: true });
      page.announce(result.words);
    } catch (error) {
      notices.showError('clips', error);
    } finally {
      this.update(clip, { saving: false });
    }
  }

  async share(clip: Clip, title: string): Promise<void> {
    try {
      await this.needs.shareFile(clip.file, fileNameOf(clip, title));
    } catch (error) {
      this.needs.notices.showError('clips', error);
    }
  }

  /** Removes a clip from the page and from the browser. */
  async discard(clip: Clip): Promise<void> {
    const { folder, savedClipNames, notices } = this.needs;
    this.clips.value = this.clips.value.filter(({ name }) => name !== clip.name);
    URL.revokeObjectURL(clip.url);
    try {
      await folder.discard(clip.name);
      savedClipNames.store([...savedClipNames.load()].filter((name) => name !== clip.name));
    } catch (error) {
      notices.showError('clips', error);
    }
  }

  private update({ name }: Clip, changes: Partial<Clip>): void {
    this.clips.value = this.clips.value.map((clip) => (clip.name === name ? { ...clip, ...changes } : clip));
  }
}

/** Turns a title into a file name that every operating system allows. */
function fileNameOf({ name }: Clip, title: string): string {
  const extension = name.slice(name.lastIndexOf('.'));
  const allowed = title.replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ').trim();
  return (allowed || name.slice(0, -extension.length)) + extension;
}

export function createClipsStore(needs: ClipsNeeds): ClipsStore {
  return new ClipsStore(needs);
}

export const [useClips, provideClips] = createStoreSlot<ClipsStore>('clips');
