/**
 * What the two file formats for captured packets have in common.
 *
 * @module
 */

import type { Timestamp } from "./timestamp.ts";

/** A packet as a capture has it. */
export interface CapturedPacket {
  /** Its place in the capture, from 1. */
  number: number;
  /** When it was captured; pcapng has a kind of block that does not say. */
  time: Timestamp | null;
  /** What header it begins with, see `LINK_TYPES`. */
  linkType: number;
  /** Bytes that it had on the wire; more than `bytes` has if it was cut. */
  originalLength: number;
  /** The bytes that were captured, as a view of what was read. */
  bytes: Uint8Array;
}

/** The most bytes of one packet that a capture may claim, as in libpcap. */
export const MAX_PACKET_BYTES = 262_144;

/**
 * A file format, as the reader sees it: records one after another, each of
 * which says early how long it is.
 */
export interface CaptureFormat {
  /** What a record is called in messages. */
  recordName: string;
  /**
   * Looks at the start of a record. It must refuse a size that is not sane,
   * since the reader collects as many bytes before it goes on.
   *
   * @param view What has been read and not used yet.
   * @param at Index of the record's first byte.
   * @param offset Place of that byte in the file, for messages.
   * @returns Bytes in the whole record; 0 if too few are there to tell.
   * @throws {WireError} If the size cannot be.
   */
  recordSize(view: DataView, at: number, offset: number): number;
  /**
   * Decodes a record, all of which is there.
   *
   * @param view What has been read and not used yet.
   * @param at Index of the record's first byte.
   * @param size Bytes in it, as `recordSize` gave.
   * @param offset Place of its first byte in the file, for messages.
   * @returns The packet in it, or `null` if there is none.
   * @throws {WireError} If it means nothing.
   */
  decodeRecord(
    view: DataView,
    at: number,
    size: number,
    offset: number,
  ): CapturedPacket | null;
}
