using ResPrune.TinyModel;

return await Commands.RunAsync(args, Console.Out, Console.Error);
