//! Data that others published: what must be read is read and traced, what must be refused is
//! refused. None of it is part of this repository; where it is absent each case says so.

// A test stops where it cannot go on, and a case without data says so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout)]

mod epcis_documents;
mod epcis_xml;
mod foodchain_lab;
mod fsma_204;
mod gdst;
mod ledger_vectors;
mod netorigin;
mod profiles;
mod queries;
mod real_input;
