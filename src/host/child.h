/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - start a program that works for the VM, with one end of a socket pair.
 *
 * What it is given are its arguments, that socket and its standard streams; no other descriptor of this
 * process, no signal mask, no environment but a path of programs.
 */
#ifndef KILN_HOST_CHILD_H
#define KILN_HOST_CHILD_H

#include <sys/types.h>

#include "base/attr.h"
#include "host/user.h"

#define CHILD_SOCKET   3 /* number of the socket in the program */
#define CHILD_SAID_MAX 200 /* bytes of what it said that become part of an error */

/**
 * struct child - a program to start.
 * @program: absolute path. @args: what it is called with, @program first; a NULL ends them.
 * @user: for one that stays beside QEMU: it runs as that account without any capability, in a session of
 *        its own, and ends with this process, which becomes QEMU (PR_SET_PDEATHSIG). NULL: it stays who
 *        this process is, and ends by itself.
 * @socket: becomes its CHILD_SOCKET.
 * @out, @log: its standard output and standard error; -1 = /dev/null and this process's.
 */
struct child {
	const char *program;
	const char *const *args;
	const struct user *user;
	int socket, out, log;
};

/** child_start() - start it. Return: its process, which is the program already, or a negative errno. */
pid_t child_start(const struct child *child) MUST_CHECK;

/** child_wait() - wait for its end. Return: how it ended, as waitpid(2) says it. */
int child_wait(pid_t pid);

/**
 * child_said() - what it wrote into a memory file that was its @log, in one line.
 * @from: where in the file to begin.
 */
const char *child_said(int log, off_t from, char said[static CHILD_SAID_MAX]);

#endif
