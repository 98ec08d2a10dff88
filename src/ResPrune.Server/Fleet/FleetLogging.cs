using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ResPrune.Server.Fleet;

/// <summary>What a silo says, and where: one line an event on the error stream.</summary>
internal static class FleetLogging
{
    /// <summary>
    /// Our own events from Information, everybody else's from Critical: Orleans tells every lost message with a stack trace, and what it means
    /// is told by <see cref="MembershipLog"/> and <see cref="RedisConnection"/>. Section <c>Logging</c> of the settings overrides it;
    /// <c>Logging:Console:FormatterName</c> <c>json</c> (in a container <c>LOGGING__CONSOLE__FORMATTERNAME=json</c>) makes every event a JSON
    /// object.
    /// </summary>
    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.SetMinimumLevel(LogLevel.Critical);
        logging.AddFilter("ResPrune", LogLevel.Information);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (configuration["Logging:Console:FormatterName"] == ConsoleFormatterNames.Json) AddJson(logging);
        else AddLines(logging);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void AddLines(ILoggingBuilder logging) => logging.AddSimpleConsole(console =>
    {
        console.SingleLine = true;
        console.TimestampFormat = "HH:mm:ss.fff ";
        console.UseUtcTimestamp = true;
    });

    private static void AddJson(ILoggingBuilder logging) => logging.AddJsonConsole(console =>
    {
        // Trace and span, where there are any.
        console.IncludeScopes = true;
        console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        console.UseUtcTimestamp = true;
    });
}
