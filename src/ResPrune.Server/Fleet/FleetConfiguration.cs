using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ResPrune.Server.Fleet;

/// <summary>
/// The settings of a fleet in the .NET way: section <c>ResPrune</c> of <c>appsettings.json</c> in the working directory, then environment
/// variables (<c>RESPRUNE__REDIS</c>), then the command line; the later one wins. Sections <c>Worker</c>, <c>Coordinator</c>,
/// <c>Storage</c> and <c>Membership</c> in it tune what has defaults; section <c>Logging</c> beside it is .NET's own.
/// </summary>
public static class FleetConfiguration
{
    /// <summary>The section that everything of ResPrune stands in.</summary>
    public const string Section = "ResPrune";

    private const string WhereToGiveIt =
        $"Give it as an option (--redis), as an environment variable (RESPRUNE__REDIS), or in section {Section} of appsettings.json.";

    /// <summary>Reads the sources.</summary>
    /// <param name="commandLine">What was typed: property names of the options and their values.</param>
    /// <exception cref="FleetStartException"><c>appsettings.json</c> cannot be read.</exception>
    public static IConfigurationRoot Load(IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(Environment.CurrentDirectory)
                .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
                .AddEnvironmentVariables()
                .AddInMemoryCollection(commandLine.Select(typed => KeyValuePair.Create($"{Section}:{typed.Key}", typed.Value)))
                .Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new FleetStartException($"appsettings.json cannot be read: {exception.GetBaseException().Message}", exception);
        }
    }

    /// <summary>Which fleet it is.</summary>
    /// <exception cref="FleetStartException">A setting is missing or wrong; the message names it.</exception>
    public static FleetConnectionOptions Connection(IConfiguration configuration) =>
        Read(configuration, new FleetConnectionOptions(), new FleetConnectionOptionsValidator());

    /// <summary>Where the store is, for what needs nothing else of the fleet.</summary>
    /// <exception cref="FleetStartException">It is not given.</exception>
    public static string Store(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration[$"{Section}:{nameof(FleetConnectionOptions.Store)}"] is { Length: > 0 } store
            ? store
            : throw new FleetStartException($"--store is missing. {WhereToGiveIt}");
    }

    /// <summary>What the silo is.</summary>
    /// <exception cref="FleetStartException">A setting is missing or wrong; the message names it.</exception>
    public static FleetSiloOptions Silo(IConfiguration configuration) =>
        Read(configuration, new FleetSiloOptions(), new FleetSiloOptionsValidator());

    private static T Read<T>(IConfiguration configuration, T options, IValidateOptions<T> validator)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            configuration.GetSection(Section).Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            throw new FleetStartException($"A setting cannot be read: {exception.Message}", exception);
        }

        var result = validator.Validate(null, options);
        return result.Failed ? throw new FleetStartException(Complaint(result)) : options;
    }

    private static string Complaint(ValidateOptionsResult result) =>
        $"A setting is missing or not right: {string.Join(" ", result.Failures ?? [result.FailureMessage ?? ""])} {WhereToGiveIt}";

}
