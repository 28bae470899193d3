/**
 * The types and limits that both capture file formats share.
 *
 * @module
 */

import type { Timestamp } from "./timestamp.ts";

/** A captured packet. */
export interface CapturedPacket {
  /** The packet's number in the capture, from 1. */
  number: number;
  /** When it was captured; one kind of pcapng block doesn't say. */
  time: Timestamp | null;
  /** The link type, which determines its first header; see `LINK_TYPES`. */
  linkType: number;
  /** Its size on the wire, in bytes; more than `bytes` if it was truncated. */
  originalLength: number;
  /** The captured bytes, as a view of the input. */
  bytes: Uint8Array;
}

/** The most bytes that a capture may claim for one packet, as in libpcap. */
export const MAX_PACKET_BYTES = 262_144;

/**
 * A file format: a series of records that each have their size near the start.
 */
export interface CaptureFormat {
  /** The name of a record in messages. */
  recordName: string;
  /**
   * Reads the size at the start of a record. It must reject an implausible
   * size, because the reader collects that many bytes before it continues.
   *
   * @param view What has been read and not used yet.
   * @param at The index of the record's first byte.
   * @param offset Place of that byte in the file, for messages.
   * @returns The size of the whole record, in bytes; 0 if too few bytes have
   * been read.
   * @throws {WireError} If the size isn't possible.
   */
  recordSize(view: DataView, at: number, offset: number): number;
  /**
   * Decodes a complete record.
   *
   * @param view What has been read and not used yet.
   * @param at The index of the record's first byte.
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
