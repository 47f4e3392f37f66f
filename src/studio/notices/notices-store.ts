import { signal, type ReadonlySignal } from '@preact/signals';
import { type ErrorCode, faultOf } from '../../common/errors.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { titleOf } from './error-titles.ts';

/** Something that a person can do about a notice. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface Notice {
  id: number;
  /** A new notice replaces an older one of the same topic. */
  topic: string;
  tone: 'info' | 'problem';
  title: string;
  /** Each line becomes a paragraph. */
  text: string;
  code?: ErrorCode | undefined;
  /** Keeps information until it is dismissed, as problems are. */
  stays?: boolean;
  actions: NoticeAction[];
}

export interface NoticesStore {
  /** What is shown, newest last. */
  readonly notices: ReadonlySignal<readonly Notice[]>;
  /** Shows a notice in place of an older one of the same topic. */
  show: (notice: Omit<Notice, 'id' | 'actions'> & { actions?: NoticeAction[] }) => void;
  /** Shows an error with its way out. Takes anything that was thrown. */
  showError: (topic: string, error: unknown, actions?: NoticeAction[]) => void;
  /** Takes back what was said about a topic, because it is no longer true. */
  retract: (topic: string) => void;
  dismiss: (id: number) => void;
}

/** How long most information stays. Problems stay until they are dismissed. */
const INFO_MS = 6000;

export function createNoticesStore(): NoticesStore {
  const notices = signal<readonly Notice[]>([]);
  let lastId = 0;
  const removeWhere = (matches: (notice: Notice) => boolean) => {
    notices.value = notices.value.filter((notice) => !matches(notice));
  };
  const dismiss = (id: number) => {
    removeWhere((notice) => notice.id === id);
  };
  const show: NoticesStore['show'] = (notice) => {
    const isSame = ({ title, text }: Notice) => title === notice.title && text === notice.text;
    // Two places may report the same problem. The report that offers an action wins.
    const offersMore = notices.value.some((shown) => isSame(shown) && shown.actions.length > 0);
    if (offersMore && !notice.actions?.length) return;
    removeWhere((shown) => isSame(shown) || shown.topic === notice.topic);
    const id = ++lastId;
    notices.value = [...notices.value, { actions: [], ...notice, id }];
    if (notice.tone === 'info' && !notice.stays) setTimeout(dismiss, INFO_MS, id);
  };
  return {
    notices,
    show,
    dismiss,
    retract(topic) {
      removeWhere((notice) => notice.topic === topic);
    },
    showError(topic, error, actions = []) {
      const { code, message, wayOut } = faultOf(error);
      const text = `${message} ${wayOut}`;
      show({ topic, tone: 'problem', title: titleOf(code), text, code, actions });
    },
  };
}

export const [useNotices, provideNotices] = createStoreSlot<NoticesStore>('notices');
