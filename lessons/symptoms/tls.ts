import type { Symptom } from "../../lib/workbook/symptoms/symptom.ts";

/** TLS alerts, and certificates that aren't trusted. */
export const tls: Symptom[] = [
  {
    id: "unknown-issuer",
    title: "The certificate's issuer isn't trusted",
    deno: "`InvalidData`: UnknownIssuer",
    classes: ["InvalidData", "SSLCertVerificationError"],
    codes: [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "ERR_CERT_AUTHORITY_INVALID",
      "SEC_ERROR_UNKNOWN_ISSUER",
      "UnknownIssuer",
      "UnknownCA",
      "CaUsedAsEndEntity",
      "CERTIFICATE_VERIFY_FAILED",
    ],
    wording: {
      deno: ["invalid peer certificate: UnknownIssuer"],
      node: [
        "self-signed certificate",
        "self signed certificate",
        "unable to verify the first certificate",
        "unable to get local issuer certificate",
      ],
      curl: ["(60) SSL certificate problem"],
      browser: ["Your connection is not private"],
    },
    asked: [
      "self signed certificate error",
      "unable to get local issuer certificate",
      "certificate verify failed",
      "certificate signed by unknown authority",
      "unable to find valid certification path to requested target",
    ],
    means: "no authority that you trust has signed it",
    todo: "add the issuer with caCerts; don't turn verification off",
    causes: [
      {
        because: "The server uses its own or a company's certificate.",
        tell: "openssl s_client -connect HOST:443 -showcerts",
        fix: "Pass its CA: connectTls({ caCerts: [pem] }), or --cert.",
      },
      {
        because: "The server sends no intermediate certificate: browsers " +
          "find it elsewhere, programs don't.",
        tell: "the same command lists only one certificate",
        fix: "Configure the server with the full chain.",
      },
      {
        because: "CaUsedAsEndEntity: a self-signed CA serves as its own leaf.",
        fix: "Sign a leaf with it (basicConstraints CA:FALSE).",
      },
    ],
    lesson: "24_tls",
    heading: "Encrypted isn't authenticated",
  },
  {
    id: "wrong-name",
    title: "The certificate is for another name",
    deno: "`InvalidData`: certificate not valid for name",
    classes: ["InvalidData"],
    codes: [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "ERR_CERT_COMMON_NAME_INVALID",
      "SSL_ERROR_BAD_CERT_DOMAIN",
      "NotValidForName",
    ],
    wording: {
      deno: ["certificate not valid for name"],
      node: ["Hostname/IP does not match certificate's altnames"],
      curl: [
        "no alternative certificate subject name matches target host name",
      ],
    },
    asked: [
      "hostname does not match the certificate",
      "certificate not valid for this host, works with the domain but not with the IP",
    ],
    means: "the name you connect to isn't in the certificate",
    todo: "connect by a name that is in it",
    causes: [
      {
        because:
          "You connect by an IP address, an alias, or `localhost`, and " +
          "the certificate lists only the domain.",
        tell: "openssl x509 -noout -ext subjectAltName -in cert.pem",
        fix: "Use that name, or issue a certificate with yours in it.",
      },
      {
        because: "The name is only in the CN, which isn't looked at any more.",
        fix: "Put it into subjectAltName.",
      },
    ],
    lesson: "24_tls",
    heading: "Encrypted isn't authenticated",
  },
  {
    id: "expired",
    title: "The certificate has expired, or isn't valid yet",
    deno: "`InvalidData`: certificate expired",
    classes: ["InvalidData"],
    codes: [
      "CERT_HAS_EXPIRED",
      "CERT_NOT_YET_VALID",
      "ERR_CERT_DATE_INVALID",
      "SEC_ERROR_EXPIRED_CERTIFICATE",
      "NotValidYet",
    ],
    wording: {
      deno: ["invalid peer certificate: Expired"],
      node: ["certificate has expired", "certificate is not yet valid"],
      curl: ["certificate has expired"],
    },
    asked: [
      "certificate has expired",
      "certificate is not yet valid, wrong clock",
    ],
    means: "today isn't between its two dates",
    todo: "renew it, or set the clock",
    causes: [
      {
        because: "It wasn't renewed, or the server still uses the old file.",
        tell: "openssl x509 -noout -dates -in cert.pem",
        fix: "Renew it, and reload the server.",
      },
      {
        because: "The clock of this machine is wrong.",
        tell: "date",
        fix: "Set the clock.",
      },
    ],
    lesson: "24_tls",
    heading: "Encrypted isn't authenticated",
  },
  {
    id: "not-tls",
    title: "One side speaks TLS, the other doesn't",
    deno: "`InvalidData`: received corrupt message",
    classes: ["InvalidData"],
    codes: [
      "ERR_SSL_WRONG_VERSION_NUMBER",
      "EPROTO",
      "InvalidContentType",
      "ERR_SSL_PROTOCOL_ERROR",
      "SSL_ERROR_RX_RECORD_TOO_LONG",
    ],
    numbers: { linux: 71, macos: 100 },
    wording: {
      deno: ["received corrupt message of type InvalidContentType"],
      node: ["wrong version number", "http request"],
      curl: ["(35) error:0A00010B", "packet length too long"],
    },
    asked: [
      "SSL wrong version number",
      "http request was sent to https port",
      "connect with TLS to a plain text port",
      "server receives garbage binary bytes 16 03 01 instead of GET",
    ],
    means: "the bytes that came aren't TLS",
    todo: "check the port and the scheme on both sides",
    causes: [
      {
        because: "You use https, wss, or connectTls on a plaintext port.",
        tell: "curl http://HOST:PORT answers",
        fix: "Use http, or the TLS port.",
      },
      {
        because: "The protocol begins in plaintext and then upgrades " +
          "(SMTP 587, PostgreSQL).",
        tell: "openssl s_client -starttls smtp -connect HOST:587",
        fix: "Connect in plaintext, then Deno.startTls().",
      },
      {
        because: "A plaintext client reached your TLS port: its first bytes " +
          "aren't 16 03.",
        fix: "Correct the client's scheme.",
      },
    ],
    lesson: "24_tls",
    heading: "A stream of records",
  },
  {
    id: "handshake-failure",
    title: "The TLS handshake failed",
    deno: "`InvalidData`: received fatal alert",
    classes: ["InvalidData", "SSLHandshakeException"],
    codes: [
      "HandshakeFailure",
      "ProtocolVersion",
      "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
      "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
      "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
      "UnrecognisedName",
      "CertificateRequired",
      "ERR_BAD_SSL_CLIENT_AUTH_CERT",
    ],
    wording: {
      deno: [
        "received fatal alert: HandshakeFailure",
        "received fatal alert: ProtocolVersion",
      ],
      node: ["alert handshake failure", "unsupported protocol"],
      curl: ["(35) OpenSSL/", "tlsv1 alert protocol version"],
    },
    asked: [
      "SSL handshake failure",
      "alert handshake failure",
      "no shared cipher or protocol version, TLS version too old",
    ],
    means: "the other side sent an alert instead of going on",
    todo: "look at the alert's name: it says what's missing",
    causes: [
      {
        because:
          "HandshakeFailure, ProtocolVersion: no TLS version or cipher " +
          "in common. Deno speaks TLS 1.2 and 1.3.",
        tell: "openssl s_client -connect HOST:443 -tls1_2",
        fix: "Update the older side.",
      },
      {
        because: "CertificateRequired: the server wants a client certificate.",
        fix: "Pass cert and key to connectTls().",
      },
      {
        because: "UnrecognisedName: it serves no host of that name.",
        fix: "Connect by the right name: SNI carries it.",
      },
    ],
    lesson: "24_tls",
    heading: "Encrypted isn't authenticated",
  },
  {
    id: "no-application-protocol",
    title: "No application protocol in common",
    deno: "`InvalidData`: NoApplicationProtocol",
    classes: ["InvalidData"],
    codes: [
      "NoApplicationProtocol",
      "ERR_SSL_NO_APPLICATION_PROTOCOL",
      "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
    ],
    wording: {
      deno: ["received fatal alert: NoApplicationProtocol"],
      node: ["no application protocol"],
    },
    asked: ["no application protocol ALPN", "ALPN negotiation failed h2"],
    means:
      "each side listed its protocols, such as HTTP/2 (ALPN), and none match",
    todo: "offer a protocol that the server speaks",
    causes: [
      {
        because: "Both sides list alpnProtocols, and no name is in both.",
        tell: "openssl s_client -alpn h2,http/1.1 -connect HOST:443",
        fix: "Add a common one, such as http/1.1.",
      },
    ],
    lesson: "24_tls",
    heading: "The first message is in the clear",
  },
  {
    id: "no-close-notify",
    title: "TLS ended without close_notify",
    deno: "`UnexpectedEof`: without sending TLS close_notify",
    classes: ["UnexpectedEof"],
    codes: ["ERR_SSL_UNEXPECTED_EOF_WHILE_READING"],
    wording: {
      deno: ["peer closed connection without sending TLS close_notify"],
      node: ["unexpected eof while reading"],
      curl: ["(56) OpenSSL SSL_read", "SSL_read: unexpected eof"],
    },
    asked: [
      "peer closed connection without sending close_notify",
      "SSL unexpected eof while reading",
    ],
    means: "the TCP stream ended, but TLS never said that this was all",
    todo: "treat the answer as incomplete, unless its length says otherwise",
    causes: [
      {
        because: "The peer crashed, or closes the TCP connection only.",
        tell: "does the message's own length fit?",
        fix: "Trust a length in the protocol, never the bare end.",
      },
      {
        because: "Something between you cut the connection: an attacker can.",
        fix: "Discard the answer, and ask again.",
      },
    ],
    lesson: "24_tls",
    heading: "The end has to be authentic, too",
  },
];
