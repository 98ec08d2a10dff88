using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ResPrune.Server.Health;

/// <summary>Where health is asked for: 200 when all is well, else 503 with one line for each thing that is wrong.</summary>
internal static class HealthRoutes
{
    /// <summary>Adds <c>/healthz/live</c>, <c>/healthz/ready</c> and <c>/healthz/startup</c>.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes, SiloHealth health)
    {
        routes.MapGet("/healthz/live", context => AnswerAsync(context, health.Live()));
        routes.MapGet("/healthz/startup", context => AnswerAsync(context, health.Startup()));
        routes.MapGet("/healthz/ready", async context => await AnswerAsync(context, await health.ReadyAsync(context.RequestAborted)));
    }

    private static Task AnswerAsync(HttpContext context, IReadOnlyList<string> wrong)
    {
        context.Response.StatusCode = wrong.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(wrong.Count == 0 ? "ok\n" : string.Join('\n', wrong) + "\n", context.RequestAborted);
    }
}
