import { assertEquals } from "@std/assert";
import {
  nameOfSocket,
  type SocketCall,
  SocketFollower,
} from "../../lib/xray/socket_calls.ts";
import { StraceReader } from "../../lib/xray/strace.ts";

const LOOPBACK = 'sin_addr=inet_addr("127.0.0.1")';

/** The calls of a lesson whose log is these lines, each without its thread. */
function follow(...lines: string[]): SocketCall[] {
  const reader = new StraceReader();
  const follower = new SocketFollower();
  return lines.flatMap((text, i) => {
    const line = /^\d+ /.test(text) ? text : `7 ${i + 1}.0 ${text} <0.1>`;
    const call = reader.line(line);
    return call === undefined ? [] : follower.follow(call) ?? [];
  });
}

function address(port: number): string {
  return `{sa_family=AF_INET, sin_port=htons(${port}), ${LOOPBACK}}`;
}

Deno.test("SocketFollower follows a listening socket and its accepted sockets", () => {
  const calls = follow(
    "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 21",
    `bind(21, ${address(0)}, 16) = 0`,
    "listen(21, 511) = 0",
    `getsockname(21, ${address(7000)}, [128 => 16]) = 0`,
    `accept4(21, ${address(50000)}, [128 => 16], SOCK_CLOEXEC) = 22`,
    "close(22) = 0",
    "close(21) = 0",
  );
  const [listening, accepted] = calls.flatMap(({ made }) => made ?? []);
  assertEquals(listening, {
    id: 1,
    descriptor: 21,
    kind: "tcp",
    role: "listening",
    local: "127.0.0.1:7000",
  });
  assertEquals(accepted, {
    id: 2,
    descriptor: 22,
    kind: "tcp",
    role: "accepted",
    local: "127.0.0.1:7000",
    remote: "127.0.0.1:50000",
  });
  assertEquals(calls.map(({ name }) => name), [
    "socket",
    "bind",
    "listen",
    "getsockname",
    "accept4",
    "close",
    "close",
  ]);
  assertEquals(nameOfSocket(listening), "21, the listening socket");
  assertEquals(calls[1].given, "127.0.0.1:0");
});

Deno.test("SocketFollower counts getsockname as housekeeping, unless it returns the port for port 0", () => {
  const calls = follow(
    "socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 21",
    `bind(21, ${address(0)}, 16) = 0`,
    `getsockname(21, ${address(7000)}, [128 => 16]) = 0`,
    `getsockname(21, ${address(7000)}, [128 => 16]) = 0`,
    "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 22",
    `connect(22, ${address(7000)}, 16) = -1 EINPROGRESS (now in progress)`,
    `getsockname(22, ${address(50000)}, [128 => 16]) = 0`,
  );
  const asked = calls.filter(({ name }) => name === "getsockname");
  assertEquals(asked.map(({ housekeeping }) => housekeeping), [
    ...[false, true, true],
  ]);
});

Deno.test("SocketFollower distinguishes sockets with the same descriptor", () => {
  const calls = follow(
    "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 21",
    "close(21) = 0",
    "close(21) = -1 EBADF (Bad file descriptor)",
    "socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) = 21",
    "close(21) = 0",
  );
  assertEquals(
    calls.map(({ name, socket }) => `${name} ${socket.id}`),
    ["socket 1", "close 1", "socket 2", "close 2"],
  );
});

Deno.test("SocketFollower leaves out the runtime's pairs, files, and other threads", () => {
  const calls = follow(
    "close(3) = 0",
    "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, [6, 7]) = 0",
    'sendto(6, "\\1", 1, 0, NULL, 0) = 1',
    'write(1, "{}", 2) = 2',
    "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 20",
    "8 5.5 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 21 <0.1>",
    "8 5.6 close(21) = 0 <0.1>",
    "close(21) = 0",
  );
  assertEquals(calls, []);
});

Deno.test("SocketFollower says how many bytes were asked for and moved", () => {
  const calls = follow(
    "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 21",
    'sendto(21, "hello", 5, MSG_NOSIGNAL, NULL, 0) = 3',
    'recvfrom(21, "hi", 1024, 0, NULL, NULL) = 2',
    'recvfrom(21, "", 1024, 0, NULL, NULL) = 0',
    "recvfrom(21, 0x55d, 64, 0, NULL, NULL) = -1 EAGAIN (Try again)",
  ).slice(1);
  assertEquals(
    calls.map(({ moves, asked, moved, data, returned }) => [
      moves,
      asked,
      moved,
      data,
      returned,
    ]),
    [
      ["out", 5, 3, "68656c6c6f", "3"],
      ["in", 1024, 2, "6869", "2 bytes"],
      ["in", 1024, 0, undefined, "0 bytes"],
      ["in", 64, 0, undefined, "EAGAIN"],
    ],
  );
});

Deno.test("SocketFollower decodes sendmsg, recvmsg, writev, read, and write", () => {
  const pieces = '[{iov_base="hel", iov_len=3}, {iov_base="lo", iov_len=2}]';
  const calls = follow(
    "socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 21",
    `sendmsg(21, {msg_name=${
      address(7000)
    }, msg_namelen=16, msg_iov=${pieces}, msg_iovlen=2, msg_flags=0}, 0) = 5`,
    `recvmsg(21, {msg_name=${
      address(7000)
    }, msg_namelen=16, msg_iov=[{iov_base="hello", iov_len=64}], msg_iovlen=1}, 0) = 5`,
    `writev(21, ${pieces}, 2) = 5`,
    'write(21, "hello", 5) = 5',
    'read(21, "hello", 64) = 5',
  ).slice(1);
  assertEquals(
    calls.map(({ name, asked, moved, data, peer }) => [
      name,
      asked,
      moved,
      data,
      peer,
    ]),
    [
      ["sendmsg", 5, 5, "68656c6c6f", "127.0.0.1:7000"],
      ["recvmsg", 64, 5, "68656c6c6f", "127.0.0.1:7000"],
      ["writev", 5, 5, "68656c6c6f", undefined],
      ["write", 5, 5, "68656c6c6f", undefined],
      ["read", 64, 5, "68656c6c6f", undefined],
    ],
  );
});

Deno.test("SocketFollower decodes addresses of every family", () => {
  const calls = follow(
    "socket(AF_INET6, SOCK_STREAM, IPPROTO_IP) = 21",
    'bind(21, {sa_family=AF_INET6, sin6_port=htons(7000), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
    'accept4(21, {sa_family=AF_INET6, sin6_port=htons(9), inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6_addr)}, [28], 0) = 22',
    "socket(AF_UNIX, SOCK_STREAM, 0) = 23",
    'connect(23, {sa_family=AF_UNIX, sun_path="/tmp/caf\\303\\251.sock"}, 110) = 0',
    "socket(AF_UNIX, SOCK_DGRAM, 0) = 24",
    'sendto(24, "x", 1, 0, {sa_family=AF_UNIX, sun_path="/tmp/b"}, 9) = 1',
  );
  assertEquals(calls[1].given, "[::1]:7000");
  assertEquals(calls[2].peer, "127.0.0.1:9");
  assertEquals(calls[4].given, "/tmp/café.sock");
  assertEquals(calls[4].socket.remote, "/tmp/café.sock");
  assertEquals(calls[6].socket.kind, "unixpacket");
  assertEquals(calls[6].peer, "/tmp/b");
});

Deno.test("SocketFollower distinguishes the result of connect() from other settings", () => {
  const calls = follow(
    "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 21",
    "setsockopt(21, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
    "getsockopt(21, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0",
    "setsockopt(21, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0",
  ).slice(1);
  assertEquals(
    calls.map(({ given, returned, housekeeping }) => [
      given,
      returned,
      housekeeping,
    ]),
    [
      ["SO_REUSEADDR 1", "0", true],
      ["SO_ERROR", "ECONNREFUSED", false],
      ["SO_LINGER {l_onoff=1, l_linger=0}", "0", false],
    ],
  );
});
