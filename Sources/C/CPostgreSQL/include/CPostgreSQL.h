/* SPDX-License-Identifier: Apache-2.0 */
/* libpq, opened on first use: its functions that do not block. */
#ifndef CPOSTGRESQL_H
#define CPOSTGRESQL_H

#include <postgresql/libpq-fe.h>
#include <stddef.h>

#define CPOSTGRESQL_FUNCTIONS(X)                                                                                       \
  X(PQconnectStart)                                                                                                    \
  X(PQconnectPoll)                                                                                                     \
  X(PQconnectionNeedsPassword)                                                                                         \
  X(PQfinish)                                                                                                          \
  X(PQstatus)                                                                                                          \
  X(PQtransactionStatus)                                                                                               \
  X(PQsocket)                                                                                                          \
  X(PQerrorMessage)                                                                                                    \
  X(PQsetErrorVerbosity)                                                                                               \
  X(PQsetNoticeReceiver)                                                                                               \
  X(PQsetnonblocking)                                                                                                  \
  X(PQenterPipelineMode)                                                                                               \
  X(PQexitPipelineMode)                                                                                                \
  X(PQpipelineSync)                                                                                                    \
  X(PQsendQueryParams)                                                                                                 \
  X(PQflush)                                                                                                           \
  X(PQconsumeInput)                                                                                                    \
  X(PQisBusy)                                                                                                          \
  X(PQgetResult)                                                                                                       \
  X(PQresultStatus)                                                                                                    \
  X(PQresultErrorField)                                                                                                \
  X(PQcmdTuples)                                                                                                       \
  X(PQntuples)                                                                                                         \
  X(PQnfields)                                                                                                         \
  X(PQftype)                                                                                                           \
  X(PQgetisnull)                                                                                                       \
  X(PQgetlength)                                                                                                       \
  X(PQgetvalue)                                                                                                        \
  X(PQclear)

typedef struct cpostgresql_api {
#define CPOSTGRESQL_MEMBER(name) __typeof__(name) *name;
  CPOSTGRESQL_FUNCTIONS(CPOSTGRESQL_MEMBER)
#undef CPOSTGRESQL_MEMBER
} cpostgresql_api;

/* The functions of libpq.so.5; NULL where it is not installed or older than PostgreSQL 14, and cpostgresql_problem()
   says why. */
const cpostgresql_api *cpostgresql_open(void);
const char *cpostgresql_problem(void);

/* Fields of an error, which libpq-fe.h has as characters. */
enum {
  CPOSTGRESQL_SQLSTATE = 'C',
  CPOSTGRESQL_MESSAGE = 'M',
  CPOSTGRESQL_COLUMN = 'c',
  CPOSTGRESQL_DATATYPE = 'd',
  CPOSTGRESQL_CONSTRAINT = 'n'
};

#endif
