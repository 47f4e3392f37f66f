/** Images that every browser draws. Not SVG: it has no size of its own that could be drawn. */
export const IMAGE_FILES = 'image/png,image/jpeg,image/webp,image/avif,image/gif,image/bmp';

/** Opens the browser's file dialog. Nothing happens if the person cancels it. */
export function chooseFile(accept: string, onChosen: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) onChosen(file);
  });
  input.click();
}
