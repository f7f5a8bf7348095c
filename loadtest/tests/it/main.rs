//! The tests of the load tester: the program against the real server, over real mutual TLS and a real PostgreSQL.

mod support;

mod accounts;
mod bad_input;
mod ceiling;
mod connections;
mod documents;
mod plans;
mod population;
mod stall;
mod stopped;
mod wrong_answers;
