/** What a worker has beyond TypeScript's DOM library: a private file, written in place. */
interface FileSystemSyncAccessHandle {
  write(data: AllowSharedBufferSource, options?: { at?: number }): number;
  read(data: AllowSharedBufferSource, options?: { at?: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
interface FileSystemFileHandle {
  createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>;
}
