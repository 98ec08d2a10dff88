using System.ComponentModel.DataAnnotations;
using ResPrune.Cluster.Hosting;

namespace ResPrune.Server.Fleet;

/// <summary>What one silo of a fleet is.</summary>
public sealed class FleetSiloOptions
{
    /// <summary>What it runs. Default: everything.</summary>
    [EnumDataType(typeof(SiloRole))]
    public SiloRole Role { get; set; } = SiloRole.All;

    /// <summary>
    /// Name of the silo, unique in the fleet and the same after a restart where the device is the same (in Kubernetes the pod's). Default:
    /// host name and process id.
    /// </summary>
    [RegularExpression("[A-Za-z0-9_.-]{1,80}")]
    public string Name { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>Checkpoint folder; a silo that runs workers needs one.</summary>
    public string? Model { get; set; }

    /// <summary>Devices, one worker each: <c>cpu</c>, <c>cuda:0,cuda:1</c>, or <c>auto</c> (default): every CUDA device, else the CPU.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Device { get; set; } = "auto";

    /// <summary>What the model computes in: <c>auto</c> (default), <c>float32</c>, <c>bfloat16</c> or <c>float16</c>.</summary>
    [RegularExpression("auto|float32|bfloat16|float16")]
    public string DType { get; set; } = "auto";

    /// <summary>Most requests a device works on together. Default 8.</summary>
    [Range(1, 1024)]
    public int BatchSize { get; set; } = 8;

    /// <summary>
    /// Most MiB that images may take at a time (<see cref="Inference.Engine.EngineOptions.ImageMemoryMebibytes"/>). Default 0: a quarter of what is free.
    /// </summary>
    [Range(0, 1 << 30)]
    public int ImageMemoryMebibytes { get; set; }

    /// <summary>Port of <c>/metrics</c> and <c>/healthz/…</c>; 0 takes a free one. Null (default): neither is served.</summary>
    [Range(0, 65535)]
    public int? MetricsPort { get; set; }

    /// <summary>Port for the other silos. Null (default): a free one.</summary>
    [Range(1, 65535)]
    public int? SiloPort { get; set; }

    /// <summary>Port for clients. Null (default): a free one where control grains run, none on a silo of workers only.</summary>
    [Range(1, 65535)]
    public int? GatewayPort { get; set; }

    /// <summary>
    /// Address at which the others reach this silo. Null (default): the one that this machine reaches Redis from, so 127.0.0.1 where Redis is
    /// on the same machine.
    /// </summary>
    public string? AdvertiseIp { get; set; }

    /// <summary>
    /// Address that the silo, its metrics and its health listen on; <c>any</c> for all of the machine. Null (default): the advertised one, and
    /// nothing else. Metrics and health are on loopback besides.
    /// </summary>
    public string? ListenIp { get; set; }

    /// <summary>
    /// Time a stop may take. Four fifths are for finishing the shards under way, which are handed back then; the rest is for leaving the
    /// cluster. Default 25 s: Kubernetes kills after 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// Time without a step (a stage or a token) after which a device that has work is taken for hung, and <c>/healthz/live</c> fails.
    /// Default 5 min: far above any step, a first one on a cold device included.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan WedgedAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Part of <see cref="DrainTimeout"/> in which shards may still be finished.</summary>
    internal TimeSpan FinishTimeout => DrainTimeout * 0.8;
}
