/**
 * The AAC encoder in a file of its own, 1 MB, which all workers that write films share. Whoever
 * loads it has it.
 */
import { registerAacEncoder } from '@mediabunny/aac-encoder';

registerAacEncoder();
