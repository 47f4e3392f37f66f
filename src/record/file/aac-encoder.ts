/**
 * The AAC encoder in a separate file of 1 MB, which all workers that write films share. Loading it
 * registers it.
 */
import { registerAacEncoder } from '@mediabunny/aac-encoder';

registerAacEncoder();
