//! Which path and method leads where. Every other one is a problem.

use crate::catalogue::NOT_FOUND;
use crate::problem::Problem;
use crate::state::State;
use crate::traffic::Pattern;
use crate::{
    audit, balance, epcis, exposure, find, finish, key_life, log, master_data, metrics, pages,
    proofs, quality, reads, registry, resolver, scope, source, witness,
};
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{ServiceConfig, post};
use actix_web::{App, Error, HttpRequest, HttpResponse, Resource, Route, guard, web};
use laiqu_service::Witness;

/// What a server serves.
#[derive(Clone)]
pub(crate) enum Served {
    /// A ledger with its API and pages.
    Ledger(web::Data<State>),
    /// What a ledger's server counts, and nothing else.
    Metrics(web::Data<State>),
    /// A witness of other ledgers.
    Witness(web::Data<Witness>),
}

/// The application that each worker runs.
pub(crate) fn app(
    served: Served,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let routes = |config: &mut ServiceConfig| match served {
        Served::Ledger(state) => {
            config
                .app_data(state)
                .configure(epcis::routes)
                .configure(api)
                .configure(page_routes)
                .configure(resolver_routes);
        }
        Served::Metrics(state) => {
            config.app_data(state).service(only_get("/metrics", get().to(metrics::local_metrics)));
        }
        Served::Witness(witness) => {
            config.app_data(witness).configure(witness_routes);
        }
    };
    App::new().wrap(from_fn(finish::finish)).configure(routes).default_service(web::to(unknown))
}

fn witness_routes(config: &mut ServiceConfig) {
    config
        .service(only_post("/add-checkpoint", post().to(witness::add_checkpoint)))
        .service(only_get("/livez", get().to(reads::livez)))
        .service(only_get("/{origin_hash}/checkpoint", get().to(witness::checkpoint)));
}

fn api(config: &mut ServiceConfig) {
    let parties = vec![("GET", get().to(registry::list)), ("POST", post().to(registry::register))];
    config
        .service(resource("/v1/parties", parties))
        .service(only_get("/v1/parties/{id}", get().to(registry::show)))
        .service(only_get("/v1/parties/{id}/chain", get().to(audit::chain)))
        .service(only_post("/v1/parties/{id}/tokens", post().to(registry::issue_token)))
        .service(only_post("/v1/parties/{id}/keys", post().to(key_life::add)))
        .service(only_post("/v1/parties/{id}/rotations", post().to(key_life::rotate)))
        .service(only_post("/v1/parties/{id}/resets", post().to(key_life::reset)))
        .service(only_post("/v1/parties/{id}/revocations", post().to(key_life::revoke)))
        .service(only_post("/v1/parties/{id}/signing", post().to(key_life::signing)))
        .service(only_post("/v1/parties/{id}/profile", post().to(key_life::profile)))
        .service(only_post("/v1/erasures", post().to(registry::erase)))
        .service(only_get("/v1/keys/{kid}", get().to(registry::key)))
        .service(only_get("/v1/trace", get().to(reads::trace)))
        .service(only_get("/v1/trace/layout", get().to(reads::trace_layout)))
        .service(only_get("/v1/trace/fcl", get().to(reads::trace_model)))
        .service(only_get("/v1/balance", get().to(balance::balance)))
        .service(only_get("/v1/find", get().to(find::find)))
        .service(only_get("/v1/quality", get().to(quality::quality)))
        .service(only_post("/v1/recall-scope", post().to(scope::scope)))
        .service(only_post("/v1/source", post().to(source::source)))
        .service(only_get("/v1/exposure", get().to(exposure::exposure)))
        .service(only_get("/v1/masterdata/{type}", get().to(master_data::list)))
        .service(only_get("/v1/masterdata/{type}/{id}", get().to(master_data::show)))
        // Before the entries: `private` is none of their indexes.
        .service(only_get("/v1/entries/private", get().to(audit::privates)))
        .service(only_get("/v1/entries/{index}", get().to(reads::entry)))
        .service(only_get("/v1/entries/{index}/receipt", get().to(audit::receipt)))
        .service(only_get("/v1/entries/{index}/private", get().to(audit::private)))
        .service(only_get("/v1/proofs", get().to(proofs::proofs)))
        .service(only_get("/v1/ledger", get().to(reads::ledger)))
        .service(only_get("/log/keys", get().to(audit::keys)))
        .service(only_get("/log/proof/consistency", get().to(audit::consistency)))
        .service(only_get("/log/checkpoint", get().to(log::checkpoint)))
        .service(only_get("/log/tile/{path:.+}", get().to(log::tile)))
        .service(only_get("/livez", get().to(reads::livez)))
        .service(only_get("/readyz", get().to(reads::readyz)))
        .service(only_get("/metrics", get().to(metrics::metrics)))
        .service(only_get("/openapi.json", get().to(reads::api_description)));
}

fn page_routes(config: &mut ServiceConfig) {
    config
        .service(only_get("/", get().to(pages::home)))
        .service(only_get("/trace", get().to(pages::trace)))
        .service(only_get("/find", get().to(pages::find)))
        .service(only_get("/problems/{code}", get().to(pages::problem_page)))
        .service(only_post("/login", post().to(pages::login)))
        .service(only_post("/logout", post().to(pages::logout)))
        .service(only_get(laiqu_console::STYLESHEET_PATH, get().to(pages::stylesheet)))
        .service(only_get(laiqu_console::FAVICON_PATH, get().to(pages::favicon)));
}

fn resolver_routes(config: &mut ServiceConfig) {
    config.service(only_get("/.well-known/gs1resolver", get().to(resolver::description)));
    for (ai, ..) in resolver::KEYS {
        config.service(only_get(&format!("/{ai}/{{key:.+}}"), get().to(resolver::resolve)));
    }
}

/// GET, and HEAD, which is the same without the body (RFC 9110, section 9.3.2).
pub(crate) fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

pub(crate) fn only_get(path: &str, route: Route) -> Resource {
    resource(path, vec![("GET", route)])
}

pub(crate) fn only_post(path: &str, route: Route) -> Resource {
    resource(path, vec![("POST", route)])
}

/// A path with its methods; any other method is told which work. Under `/epcis`, `OPTIONS` tells
/// that too.
pub(crate) fn resource(path: &str, routes: Vec<(&str, Route)>) -> Resource {
    let name = |method| if method == "GET" { "GET, HEAD" } else { method };
    let methods: Vec<&str> = routes.iter().map(|(method, _)| name(*method)).collect();
    let mut allow = methods.join(", ");
    let is_epcis = epcis::is_epcis(path);
    if is_epcis {
        allow.push_str(", OPTIONS");
    }
    let shown = (path.to_owned(), allow.clone());
    let refuse = move |request: HttpRequest| {
        let problem = Problem::wrong_method(request.method().as_str(), &allow);
        async move { Err::<HttpResponse, Problem>(problem) }
    };
    let resource = web::resource(path).app_data(Pattern::new(path));
    let resource = resource.default_service(web::to(refuse));
    let resource = routes.into_iter().fold(resource, |resource, (_, route)| resource.route(route));
    if !is_epcis {
        return resource;
    }
    let discover = move || {
        let answer = epcis::discovery(&shown.0, &shown.1);
        async move { answer }
    };
    resource.route(web::route().guard(guard::Options()).to(discover))
}

async fn unknown(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let shown: String = request.uri().path().chars().take(200).collect();
    Err(Problem::new(&NOT_FOUND, format!("nothing is at {shown}")))
}
