/** Bytes as text in base 64, as a page's answers to a test have to be. */
export function inBase64(bytes: BlobPart): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const url = reader.result as string;
      resolve(url.slice(url.indexOf(',') + 1));
    };
    reader.onerror = () => {
      reject(reader.error!);
    };
    reader.readAsDataURL(new Blob([bytes]));
  });
}
