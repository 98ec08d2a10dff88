using System.CommandLine;
using Microsoft.Extensions.Configuration;
using ResPrune.Server.Fleet;
using ResPrune.Server.Tls;

namespace ResPrune.Cli.Commands;

/// <summary>
/// The options that say which fleet it is; the same for every verb that talks to one. None has a default here: what is not typed comes from
/// the environment or <c>appsettings.json</c>.
/// </summary>
internal sealed class FleetArguments
{
    private readonly Option<string?> _store = Text(
        "--store", "DIR|URL", "Where batches and answers are: a folder that all silos see, or a container.");

    private readonly Option<string?> _redis = Text("--redis", "HOST:PORT", "The Redis that the silos find each other through.");

    private readonly Option<string?> _cluster = Text("--cluster-id", "ID", "Which silos belong together. Default: resprune.");

    private readonly Option<string?> _service = Text("--service-id", "ID", "The service across clusters. Default: resprune.");

    private readonly Option<string?> _certificate = Text(
        "--tls-certificate", "FILE", "Mutual TLS: this process's certificate, PEM. Default: plain connections.");

    private readonly Option<string?> _key = Text("--tls-key", "FILE", "Mutual TLS: the certificate's private key, PEM.");

    private readonly Option<string?> _ca = Text("--tls-ca", "FILE", "Mutual TLS: the authority that signs for this fleet and nothing else, PEM.");

    /// <summary>An option without a default.</summary>
    public static Option<string?> Text(string name, string valueName, string description) =>
        ValueOption.Create<string?>(name, valueName, description, null, text => text);

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        Option[] options = [_store, _redis, _cluster, _service, _certificate, _key, _ca];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>The settings from all sources; what was typed wins.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="more">What the verb has of its own: names of settings and their values, null where not typed.</param>
    /// <exception cref="FleetStartException">A source cannot be read.</exception>
    public IConfigurationRoot Configure(ParseResult parsed, params IEnumerable<(string Name, object? Value)> more)
    {
        IEnumerable<(string Name, object? Value)> typed =
        [
            (nameof(FleetConnectionOptions.Store), parsed.GetValue(_store)),
            (nameof(FleetConnectionOptions.Redis), parsed.GetValue(_redis)),
            (nameof(FleetConnectionOptions.ClusterId), parsed.GetValue(_cluster)),
            (nameof(FleetConnectionOptions.ServiceId), parsed.GetValue(_service)),
            ($"{nameof(FleetConnectionOptions.Tls)}:{nameof(FleetTlsOptions.Certificate)}", parsed.GetValue(_certificate)),
            ($"{nameof(FleetConnectionOptions.Tls)}:{nameof(FleetTlsOptions.Key)}", parsed.GetValue(_key)),
            ($"{nameof(FleetConnectionOptions.Tls)}:{nameof(FleetTlsOptions.Ca)}", parsed.GetValue(_ca)),
            .. more,
        ];
        return FleetConfiguration.Load(typed
            .Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create(setting.Name, Convert.ToString(setting.Value, System.Globalization.CultureInfo.InvariantCulture))));
    }
}
