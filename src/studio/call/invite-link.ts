/** The link that lets others join a call. */
export function inviteLink(room: string): string {
  return `${location.origin}${location.pathname}?room=${room}`;
}

/** Whether the browser can hand a link to other apps. */
export function canShareLink(): boolean {
  return 'share' in navigator;
}

/** Hands the link to another app, as phones do it. */
export async function shareInviteLink(room: string): Promise<void> {
  try {
    await navigator.share({ title: 'Portoon', text: 'Join my call', url: inviteLink(room) });
  } catch {
    // The person cancelled.
  }
}
