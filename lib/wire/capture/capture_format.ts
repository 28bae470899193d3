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
  /**
   * The time when it was captured; `null` if the file doesn't say (one kind of
   * pcapng block doesn't).
   */
  time: Timestamp | null;
  /** The link type, which determines its first header; see `LINK_TYPES`. */
  linkType: number;
  /**
   * Its size on the wire, in bytes; larger than `bytes` if it was truncated.
   */
  originalLength: number;
  /** The captured bytes, as a view of the input. */
  bytes: Uint8Array;
}

/**
 * The largest packet, in bytes, to accept from a file; the limit of libpcap.
 */
export const MAX_PACKET_BYTES = 262_144;

/**
 * A file format: a series of records that each have their size near the start.
 */
export interface CaptureFormat {
  /** The name of a record in messages. */
  recordName: string;
  /**
   * Reads the size at the start of a record. An implementation must reject an
   * implausible size, because the reader collects that many bytes before it
   * continues.
   *
   * @param view The bytes that were read and haven't been used yet.
   * @param at The index of the record's first byte in `view`.
   * @param offset The offset of that byte in the file, for error messages.
   * @returns The size of the whole record, in bytes; 0 if too few bytes have
   * been read.
   * @throws {WireError} If the size isn't possible.
   */
  recordSize(view: DataView, at: number, offset: number): number;
  /**
   * Decodes a complete record.
   *
   * @param view The bytes that were read and haven't been used yet.
   * @param at The index of the record's first byte in `view`.
   * @param size The size of the record, from `recordSize`.
   * @param offset The offset of its first byte in the file, for error messages.
   * @returns The record's packet, or `null` if it doesn't contain one.
   * @throws {WireError} If the record isn't valid.
   */
  decodeRecord(
    view: DataView,
    at: number,
    size: number,
    offset: number,
  ): CapturedPacket | null;
}
