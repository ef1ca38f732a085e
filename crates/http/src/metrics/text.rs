//! Writes counts in Prometheus's text format, version 0.0.4.

use laiqu_service::metrics::Histogram;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::fmt::Error;

/// The families of one answer, one after the other.
pub(super) struct Families<'a>(pub(super) DescriptorEncoder<'a>);

/// Microseconds are shown as seconds.
pub(super) const SECONDS: f64 = 1e-6;
/// Everything else as it was counted.
pub(super) const AS_COUNTED: f64 = 1.0;

impl Families<'_> {
    /// Counts by one or more labels; an empty set of labels stands for none.
    pub(super) fn counters<S: EncodeLabelSet>(
        &mut self,
        (name, help): (&str, &str),
        values: impl IntoIterator<Item = (S, u64)>,
    ) -> Result<(), Error> {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in values {
            let mut counter = family.encode_family(&labels)?;
            counter.encode_counter::<NoLabelSet, u64, u64>(&value, None)?;
        }
        Ok(())
    }

    /// States by one label.
    pub(super) fn gauges<S: EncodeLabelSet>(
        &mut self,
        (name, help): (&str, &str),
        values: impl IntoIterator<Item = (S, u64)>,
    ) -> Result<(), Error> {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        values
            .into_iter()
            .try_for_each(|(labels, value)| family.encode_family(&labels)?.encode_gauge(&value))
    }

    /// One state.
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: u64) -> Result<(), Error> {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        family.encode_gauge(&value)
    }

    /// Distributions by labels, each value times `scale`.
    pub(super) fn histograms<'h, S: EncodeLabelSet>(
        &mut self,
        (name, help, scale): (&str, &str, f64),
        values: impl IntoIterator<Item = (S, &'h Histogram)>,
    ) -> Result<(), Error> {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        values.into_iter().try_for_each(|(labels, histogram)| {
            encode(family.encode_family(&labels)?, histogram, scale)
        })
    }

    /// One distribution, each value times `scale`.
    pub(super) fn histogram(
        &mut self,
        (name, help, scale): (&str, &str, f64),
        histogram: &Histogram,
    ) -> Result<(), Error> {
        encode(self.0.encode_descriptor(name, help, None, MetricType::Histogram)?, histogram, scale)
    }
}

// Sums are sums of whole numbers that stay far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn encode(mut family: MetricEncoder<'_>, histogram: &Histogram, scale: f64) -> Result<(), Error> {
    // A decimal number stays one: a tenth of a second, not a little more.
    let scaled = |value: u64| if scale < 1.0 { value as f64 / scale.recip() } else { value as f64 };
    let bound = |bound: Option<u64>| bound.map_or(f64::INFINITY, scaled);
    let buckets: Vec<(f64, u64)> =
        histogram.buckets().map(|(upper, count)| (bound(upper), count)).collect();
    let count = buckets.iter().map(|(_, count)| count).sum();
    family.encode_histogram::<NoLabelSet>(scaled(histogram.sum()), count, &buckets, None)
}
