import type { Member } from '../../call/room.ts';
import { faultOf, type PortoonError } from '../../common/errors.ts';
import type { PageStore } from '../base/page-store.ts';
import { titleOf } from '../notices/error-titles.ts';
import type { NoticesStore } from '../notices/notices-store.ts';
import { displayName } from './describe-member.ts';

interface CallNoticesNeeds {
  page: PageStore;
  notices: NoticesStore;
}

/** Long enough for the others to come a little late. */
const ALONE_MS = 60_000;

/** Tells the person what happens in a call. */
export class CallNotices {
  private relayFault: PortoonError | null = null;
  /** Whether the person was told that the lock waits for the server. */
  private lockWaiting = false;
  private aloneTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly needs: CallNoticesNeeds) {}

  /**
   * Somebody who came by a link finds nobody. After a while they are told that it may be wrong: a
   * link that lost a letter leads to another room, and nothing else would say so.
   */
  isAlone(): void {
    this.aloneTimer = setTimeout(() => {
      this.needs.notices.show({
        topic: 'alone',
        tone: 'info',
        stays: true,
        title: 'Nobody else has come',
        text: 'If somebody should be here, your link may be wrong: compare it with theirs, or ask for it again.',
      });
    }, ALONE_MS);
  }

  isNotAlone(): void {
    clearTimeout(this.aloneTimer);
    this.needs.notices.retract('alone');
  }

  joined({ id, name }: Member): void {
    this.needs.notices.retract(`left:${id}`);
    this.needs.page.announce(`${displayName(name)} joined`);
  }

  left({ id, name }: Member): void {
    // Screen readers announce notices as they appear.
    const title = `${displayName(name)} left the call`;
    this.needs.notices.show({ topic: `left:${id}`, tone: 'info', title, text: '' });
  }

  removed(id: string, name: string): void {
    this.needs.notices.show({
      topic: `left:${id}`,
      tone: 'info',
      title: `${displayName(name)} was removed`,
      text: 'The call is locked now. To let somebody join, unlock it under People.',
    });
  }

  /** Says who has started or stopped recording since the members were as `before`. */
  recordingChanged(before: readonly Member[], now: readonly Member[]): void {
    const { page, notices } = this.needs;
    for (const { id, name, recording } of now) {
      const recorded = before.some((member) => member.id === id && member.recording);
      if (recording === recorded) continue;
      if (!recording) {
        page.announce(`${displayName(name)} stopped recording`);
        continue;
      }
      const title = `${displayName(name)} is recording the call`;
      const text = 'Your voice is in their clip. Your picture is not.';
      notices.show({ topic: `recorded:${id}`, tone: 'info', title, text });
    }
  }

  /** Says why the server doesn't let this page back into a call that goes on without it. */
  refused(reason: PortoonError | null): void {
    const { notices } = this.needs;
    if (!reason) {
      notices.retract('refusal');
      return;
    }
    const { code, message, wayOut } = reason;
    // Too many requests need patience only: the page tries again by itself.
    const advice = code === 'ERR_TOO_MANY' ? '' : ` ${wayOut}`;
    notices.show({
      topic: 'refusal',
      tone: 'problem',
      title: titleOf(code),
      text: `The server won’t let you back in: ${message} The call goes on with the people who are in it, and Portoon keeps trying to rejoin.${advice}`,
      code,
    });
  }

  /** Says that the relay keeps somebody out of reach, for as long as it does. */
  relayChanged(fault: PortoonError | null): void {
    if (fault === this.relayFault) return;
    this.relayFault = fault;
    if (fault) this.needs.notices.showError('relay', fault);
    else this.needs.notices.retract('relay');
  }

  /** Takes back what is true of a call only. */
  end(): void {
    this.relayChanged(null);
    this.isNotAlone();
    this.lockWaiting = false;
    for (const topic of ['call', 'remove', 'lock']) this.needs.notices.retract(topic);
  }

  /** Says that a person whom the host wanted to remove is still in the call. */
  notRemoved(name: string, error: unknown): void {
    const { code, message, wayOut } = faultOf(error);
    const title = `${displayName(name)} was not removed`;
    this.needs.notices.show({
      topic: 'remove',
      tone: 'problem',
      title,
      text: `${message} ${wayOut}`,
      code,
    });
  }

  /** Says that the call is not locked yet, and that Portoon goes on asking. */
  lockWaits(): void {
    this.lockWaiting = true;
    this.needs.notices.show({
      topic: 'lock',
      tone: 'problem',
      title: 'The call is not locked yet',
      text: 'The server can’t do it now. Portoon asks it again until it is done. Until then anyone with the link can still join.',
      code: 'ERR_SIGNALLING',
    });
  }

  /** Corrects what {@link lockWaits} said, once it is no longer true. */
  lockChanged(waits: boolean, locked: boolean): void {
    if (!this.lockWaiting || waits) return;
    this.lockWaiting = false;
    if (!locked) {
      this.needs.notices.retract('lock');
      return;
    }
    this.needs.notices.show({
      topic: 'lock',
      tone: 'info',
      stays: true,
      title: 'The call is locked now',
      text: 'It took a while: see under People who joined in the meantime.',
    });
  }
}
