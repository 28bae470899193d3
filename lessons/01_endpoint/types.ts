/** The types of the answers to lesson 1. */
import type { Endpoint } from "../../lib/net/endpoint.ts";

/** 1.1 */
export type ParseEndpoint = (text: string) => Endpoint;

/** 1.2 */
export type FormatEndpoint = (endpoint: Endpoint) => string;
