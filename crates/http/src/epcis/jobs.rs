//! Capture jobs (EPCIS 2.0, section 12.6.1): each is finished, because a document is durable before
//! its capture is answered.

use super::event_query::Paging;
use super::events::link;
use super::forms::Forms;
use crate::asked::Asked;
use crate::body::json;
use crate::credentials::reader;
use crate::dto::{CaptureJob, CaptureJobs};
use crate::path;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::State;
use crate::xml;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};

/// What a job may be answered as.
pub(crate) const JOB_FORMS: Forms =
    Forms(&["application/json", "application/ld+json", "application/xml", "text/xml"]);

/// What a list of jobs is answered as: the standard has no XML for it.
const LIST_FORMS: Forms = Forms(&["application/json"]);

/// `GET /epcis/capture/{captureID}`
pub(crate) async fn job(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let index = path::index(request.uri().path(), "/epcis/capture/")?;
    Query::of(&request, &[])?;
    let form = JOB_FORMS.chosen(&request)?;
    let who = reader(&state, &request)?;
    let work = move |service: &laiqu_service::Service| {
        let (job, events) = service.capture_job(index, &who)?;
        Ok((job, events, service.entry_view(index, Some(&who))?.receipt))
    };
    let (job, events, receipt) = state.blocking(work).await?;
    let asked = Asked::of(request.method(), request.uri(), request.headers());
    let job = CaptureJob::whole(job.time, job.proceed, events, receipt, &asked);
    answer_job(200, form, &job)
}

/// `GET /epcis/capture`: the jobs that the reader may see, newest first, page by page.
pub(crate) async fn list(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Paging { per_page, token } = Paging::of(&Query::of(&request, &Paging::NAMES)?)?;
    LIST_FORMS.chosen(&request)?;
    let who = reader(&state, &request)?;
    let work = move |service: &laiqu_service::Service| {
        service.capture_jobs(token.as_deref(), per_page, &who)
    };
    let (jobs, next) = state.blocking(work).await?;
    let asked = Asked::of(request.method(), request.uri(), request.headers());
    let jobs = jobs.into_iter().map(|job| CaptureJob::line(job, &asked)).collect();
    let mut answer = json(200, &CaptureJobs(jobs))?;
    if let Some(next) = &next {
        link(&request, next, &mut answer);
    }
    Ok(answer)
}

/// One job in the form that was asked for.
pub(crate) fn answer_job(
    status: u16,
    form: &'static str,
    job: &CaptureJob,
) -> Result<HttpResponse, Problem> {
    let mut answer = if form.ends_with("xml") {
        crate::body::json_text(status, form, xml::capture_job(job))
    } else {
        json(status, job)?
    };
    let form = actix_web::http::header::HeaderValue::from_static(form);
    answer.headers_mut().insert(CONTENT_TYPE, form);
    Ok(answer)
}
