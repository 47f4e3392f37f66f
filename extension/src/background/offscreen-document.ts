const ADDRESS = 'offscreen.html';

let creating: Promise<void> | null = null;

/** Creates the offscreen document where it does not exist yet. There is one for all tabs. */
export async function ensureOffscreen(): Promise<void> {
  const contexts = await chrome.runtime.getContexts({
    contextTypes: [chrome.runtime.ContextType.OFFSCREEN_DOCUMENT],
  });
  if (contexts.length > 0) return;
  creating ??= chrome.offscreen
    .createDocument({
      url: ADDRESS,
      reasons: [
        chrome.offscreen.Reason.USER_MEDIA,
        chrome.offscreen.Reason.WEB_RTC,
        chrome.offscreen.Reason.WORKERS,
      ],
      justification: 'Draws the cartoon of your camera for the calls on sites that you switched on.',
    })
    .finally(() => {
      creating = null;
    });
  await creating;
}
