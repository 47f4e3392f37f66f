/** What Chromium has and TypeScript does not know. */
interface PolicyDocument {
  featurePolicy?: { allowsFeature(name: string): boolean };
}

/** Whether the page around this frame, if there is one, lets it use the camera. */
export function mayUseCamera(): boolean {
  return (document as PolicyDocument).featurePolicy?.allowsFeature('camera') !== false;
}
