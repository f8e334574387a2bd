/* The floor: receive a datagram, send it back. No crypto, no parsing, one system call each way. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int size = 4 << 20;
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  inet_pton(AF_INET, argv[1], &here.sin_addr);
  if (bind(s, (struct sockaddr *)&here, sizeof here)) return 1;
  int e = epoll_create1(0);
  struct epoll_event want = {.events = EPOLLIN}, got;
  epoll_ctl(e, EPOLL_CTL_ADD, s, &want);
  puts("ready");
  fflush(stdout);
  char data[2048];
  for (;;) {
    epoll_wait(e, &got, 1, -1);
    for (;;) {
      struct sockaddr_in from;
      socklen_t length = sizeof from;
      ssize_t n = recvfrom(s, data, sizeof data, 0, (struct sockaddr *)&from, &length);
      if (n < 0) break;
      sendto(s, data, n, 0, (struct sockaddr *)&from, length);
    }
  }
}
