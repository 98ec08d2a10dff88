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
    /// is told by <see cref="MembershipLog"/> and <see cref="RedisConnection"/>. Section <c>Logging</c> of the settings overrides it.
    /// </summary>
    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.SetMinimumLevel(LogLevel.Critical);
        logging.AddFilter("ResPrune", LogLevel.Information);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
