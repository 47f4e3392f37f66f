import OT from '@vonage/client-sdk-video';

/**
 * A publisher that begins with the cartoon.
 * @param {HTMLElement} element
 * @param {MediaStreamTrack} cartoon
 */
export function publishByVonage(element, cartoon) {
  return OT.initPublisher(element, { videoSource: cartoon, insertMode: 'append' }, (error) => {
    if (error) console.error(error);
  });
}

/**
 * A publisher of the camera becomes one of the cartoon:
 * `publisher.setVideoMediaProcessorConnector(vonageConnector(effect))`.
 * @param {import('portoon').Effect} effect - is closed with the connector.
 * @returns {OT.MediaProcessorConnector}
 */
export function vonageConnector(effect) {
  return {
    setTrack: (camera) => effect.process(camera),
    destroy: () => effect.close(),
  };
}
