using System.Net;

namespace ResPrune.Batch.Images;

/// <summary>A host whose address is not of the public internet; nothing was sent to it.</summary>
internal sealed class AddressNotAllowedException(string host, IPAddress address)
    : IOException($"'{host}' is at {address}, which is not an address of the public internet.");
