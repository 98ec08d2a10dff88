using System.Text.Json;
using ResPrune.Chaos.Faults;

namespace ResPrune.Chaos.Devices;

/// <summary>What a device is told to do from now on, in a file that its process looks for.</summary>
/// <param name="Kind">How it is broken.</param>
/// <param name="Answers">Requests that it still answers rightly.</param>
internal sealed record DeviceOrder(FaultKind Kind, int Answers)
{
    private const int MostAnswers = 8;

    /// <summary>The order of a fault: a device that throws does so at once, the others in the middle of what they hold.</summary>
    public static DeviceOrder Of(Fault fault) => new(fault.Kind, fault.Kind == FaultKind.DeviceThrows ? 0 : 1 + (fault.Choice % MostAnswers));

    /// <summary>Writes it; it is there at once and whole.</summary>
    public void Write(string path)
    {
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this));
        File.Move(path + ".new", path);
    }

    /// <summary>Reads it; null while there is none.</summary>
    public static DeviceOrder? Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<DeviceOrder>(File.ReadAllText(path)) : null;
}
