using System.CommandLine;
using Microsoft.Extensions.Configuration;
using ResPrune.Cli.Fleet;
using ResPrune.Server.Fleet;
using ResPrune.TinyModel.Export;

namespace ResPrune.Cli.Commands;

/// <summary><c>resprune silo</c>: one process of a fleet.</summary>
internal sealed class SiloCommand
{
    private readonly FleetArguments _fleet = new();

    private readonly Option<string?> _role = ValueOption.Create<string?>(
        "--role", "control|worker|all", "What the silo runs: coordinators, one worker for each device, or both. Default: all.", null,
        text => ValueOption.Word(text, ["control", "worker", "all"]));

    private readonly Option<string?> _name = FleetArguments.Text(
        "--name", "NAME", "Name of the silo, unique in the fleet. Default: host name and process id.");

    private readonly Option<string?> _model = FleetArguments.Text(
        "--model", "DIR|ORG/NAME", "Model of the workers: a folder, or the name of one that was fetched. Default: the bundled tiny model.");

    private readonly Option<string?> _device = FleetArguments.Text(
        "--device", "cpu|cuda:0,cuda:1|auto", "Devices, one worker each. Default: auto, every CUDA device, else the CPU.");

    private readonly Option<string?> _dtype = FleetArguments.Text("--dtype", "DTYPE", "What the model computes in. Default: auto.");

    private readonly Option<int?> _batchSize = ValueOption.OptionalNumber(
        "--batch-size", "N", "Most requests a device works on together. Default: 8.", 1, 1024);

    private readonly Option<int?> _imageMemory = ValueOption.OptionalNumber(
        "--image-memory", "MIB", "Most memory for images at a time, from decoding until they are answered. Default: a quarter of what is free.", 1, 1 << 30);

    private readonly Option<int?> _metricsPort = ValueOption.OptionalNumber(
        "--metrics-port", "PORT", "Serve Prometheus metrics at /metrics on this port; 0 takes a free one. Default: none.", 0, 65535);

    private readonly Option<int?> _siloPort = ValueOption.OptionalNumber(
        "--silo-port", "PORT", "Port for the other silos. Default: a free one.", 1, 65535);

    private readonly Option<int?> _gatewayPort = ValueOption.OptionalNumber(
        "--gateway-port", "PORT", "Port for clients. Default: a free one; none with --role worker.", 1, 65535);

    private readonly Option<string?> _advertise = FleetArguments.Text(
        "--advertise", "IP", "Address at which the others reach this silo. Default: the one that leads to Redis.");

    private readonly Option<string?> _listen = FleetArguments.Text(
        "--listen", "IP|any", "Address to listen on. Default: the advertised one only.");

    private readonly Option<double?> _drain = ValueOption.OptionalNumber(
        "--drain-timeout", "SECONDS", "Most time a stop may take to finish shards and leave. Default: 25.", 0.0, 86_400.0);

    private SiloCommand()
    {
    }

    /// <summary>The verb.</summary>
    /// <param name="engines">Makes the engine of each device; null (default) loads the silo's model.</param>
    public static Command Create(EngineLoader? engines = null)
    {
        var options = new SiloCommand();
        var command = new Command("silo", "Runs one process of a fleet until it is told to stop.");
        options._fleet.AddTo(command);
        Option[] others =
        [
            options._role, options._name, options._model, options._device, options._dtype, options._batchSize, options._imageMemory, options._metricsPort,
            options._siloPort, options._gatewayPort, options._advertise, options._listen,
            options._drain,
        ];
        foreach (var option in others) command.Add(option);
        command.SetAction((parsed, _) => SiloSession.RunAsync(
            options.Configure(parsed), engines ?? FleetSilo.ModelEngines, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private IConfigurationRoot Configure(ParseResult parsed)
    {
        var configuration = _fleet.Configure(
            parsed,
            (nameof(FleetSiloOptions.Role), parsed.GetValue(_role)),
            (nameof(FleetSiloOptions.Name), parsed.GetValue(_name)),
            (nameof(FleetSiloOptions.Model), parsed.GetValue(_model)),
            (nameof(FleetSiloOptions.Device), parsed.GetValue(_device)),
            (nameof(FleetSiloOptions.DType), parsed.GetValue(_dtype)),
            (nameof(FleetSiloOptions.BatchSize), parsed.GetValue(_batchSize)),
            (nameof(FleetSiloOptions.ImageMemoryMebibytes), parsed.GetValue(_imageMemory)),
            (nameof(FleetSiloOptions.MetricsPort), parsed.GetValue(_metricsPort)),
            (nameof(FleetSiloOptions.SiloPort), parsed.GetValue(_siloPort)),
            (nameof(FleetSiloOptions.GatewayPort), parsed.GetValue(_gatewayPort)),
            (nameof(FleetSiloOptions.AdvertiseIp), parsed.GetValue(_advertise)),
            (nameof(FleetSiloOptions.ListenIp), parsed.GetValue(_listen)),
            (nameof(FleetSiloOptions.DrainTimeout), parsed.GetValue(_drain) is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
        const string Model = $"{FleetConfiguration.Section}:{nameof(FleetSiloOptions.Model)}";
        configuration[Model] = configuration[Model] is { Length: > 0 } model ? ModelFolder.Find(model) : BundledModel.Directory;
        return configuration;
    }
}
