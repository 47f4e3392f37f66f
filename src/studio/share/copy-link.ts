import { copyText } from '../base/clipboard.ts';
import { usePage } from '../base/page-store.ts';
import { useNotices } from '../notices/notices-store.ts';

/**
 * Gives a function that copies a link and says so, or shows the link where the browser refuses. It
 * resolves to whether the link was copied.
 * @param done - what is announced.
 */
export function useCopyLink(done = 'Link copied'): (link: string) => Promise<boolean> {
  const { announce } = usePage();
  const { show } = useNotices();
  return async (link) => {
    const copied = await copyText(link);
    if (copied) announce(done);
    else
      show({
        topic: 'link',
        tone: 'problem',
        title: 'The link was not copied',
        text: `The browser doesn’t allow it. This is the link: ${link}`,
        stays: true,
      });
    return copied;
  };
}
